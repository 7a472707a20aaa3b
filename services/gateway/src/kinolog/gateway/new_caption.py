"""A caption that somebody brings along: a file of subtitles in a text format, for a video."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Final, get_args

from pydantic import Base64Bytes, Field, model_validator

from kinolog.common.aggregates import Video
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.fields import FileName, Language, Request
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import SubtitleFormat
from kinolog.common.subtitles.reading import Read, SubtitlesRefused, likely_format, read_subtitles
from kinolog.gateway.legacy_text import decoded
from kinolog.gateway.problems import FieldError, Problem

_LONGEST_STEM: Final = 200
_SUFFIXES: Final[dict[str, str]] = {**{name: name for name in get_args(SubtitleFormat)}, "ssa": "ass"}


class NewCaption(Request):
    """`content` is the file as text, or `content_base64` its bytes, whose encoding is found out. The format is that of
    the file's name or content, unless it is given.
    """

    video_id: Annotated[str, Field(max_length=60)]
    language: Language
    filename: FileName | None = None
    format: SubtitleFormat | None = None
    content: str | None = None
    content_base64: Base64Bytes | None = None
    style: CaptionStyle | None = None

    @model_validator(mode="after")
    def _has_one_content(self) -> "NewCaption":
        if (self.content is None) == (self.content_base64 is None):
            raise ValueError("give either content, as text, or content_base64")
        return self


@dataclass(frozen=True, slots=True)
class Brought:
    read: Read
    encoding: str
    format: str


def understood(asked: NewCaption) -> Brought:
    """Raises the problem `subtitle-invalid`, with the line and the reason."""
    field = "content" if asked.content_base64 is None else "content_base64"
    try:
        text, encoding = _text_of(asked)
        subtitle_format = asked.format or _format_of(asked.filename, text)
        return Brought(read_subtitles(text, subtitle_format), encoding, subtitle_format)
    except (SubtitlesRefused, ValueError) as error:
        raise Problem("subtitle-invalid", str(error), errors=[FieldError(f"/{field}", str(error))]) from error


def created(asked: NewCaption, brought: Brought, video: Video, cues: BlobRef) -> CaptionCreated:
    stem = PurePath(video.filename).stem[:_LONGEST_STEM] or "captions"
    return CaptionCreated(
        video_id=video.id,
        project_id=video.project_id,
        filename=asked.filename or f"{stem}.{asked.language}.{brought.format}",
        language=asked.language,
        format=brought.format,
        style=asked.style.model_dump(exclude_unset=True) if asked.style else {},
        cues=cues,
        cue_count=len(brought.read.cues),
        word_level=any(cue.words for cue in brought.read.cues),
    )


def _text_of(asked: NewCaption) -> tuple[str, str]:
    return (asked.content or "", "utf-8") if asked.content_base64 is None else decoded(asked.content_base64)


def _format_of(filename: str | None, text: str) -> str:
    suffix = PurePath(filename or "").suffix.lower().lstrip(".")
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    return likely_format(text)
