"""ASS (Advanced SubStation Alpha): what libass burns into a picture, with the look of a `CaptionStyle`."""

from kinolog.common.subtitles.ass.script import AssScript, ass_script, to_ass

__all__ = ["AssScript", "ass_script", "to_ass"]
