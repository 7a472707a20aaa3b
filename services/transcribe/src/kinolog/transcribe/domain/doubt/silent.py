"""Words where most probably nobody spoke."""

from collections.abc import Sequence
from typing import Final

from kinolog.transcribe.domain.doubt.likeness import line_key
from kinolog.transcribe.domain.doubt.rules import Rules, Sifted, parted
from kinolog.transcribe.domain.transcript import Segment

CREDITS: Final = (
    *("thanks for watching", "thank you for watching", "subtitles by", "captions by", "captioning by", "amaraorg"),
    *("untertitelung des zdf", "untertitel im auftrag", "untertitel der", "soustitres réalisés", "soustitrage"),
    *("subtítulos realizados por", "subtítulos por la comunidad", "sottotitoli creati", "legendas pela comunidade"),
    *("ondertiteling", "ondertiteld door"),
)
CREDITS_WITHOUT_SPACES: Final = ("字幕由", "ご視聴ありがとうございました")
"""Lines that end many a subtitle file that models were taught with, without punctuation. People do say some of them, so
that they never count against a line on their own; they only make a smaller doubt suffice.
"""


def without_speech_of_nobody(segments: Sequence[Segment], rules: Rules) -> Sifted:
    return parted(segments, lambda segment: _is_invented(segment, rules), "no_speech")


def _is_invented(segment: Segment, rules: Rules) -> bool:
    if segment.no_speech_probability < rules.no_speech_probability:
        return False
    limit = rules.credits_log_probability if _is_credit(segment) else rules.unsure_log_probability
    return segment.average_log_probability <= limit


def _is_credit(segment: Segment) -> bool:
    text = line_key(segment)
    joined = text.replace(" ", "")
    return any(f" {line} " in text for line in CREDITS) or any(line in joined for line in CREDITS_WITHOUT_SPACES)
