"""What a new film says of itself: names for its tracks of sound, and its chapters.

Strangers wrote it. Encoders get it as a file of ours in a format of theirs, never in a command line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kinolog.common.media.chapters import Chapter
from kinolog.common.media.facts import SoundLabel

WORDS_FORMAT: Final = "ffmetadata"
TICKS_PER_SECOND: Final = 1_000_000
"""Of the clock that chapters are told by."""
_SPECIAL: Final = re.compile(r"([=;#\\\n])")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`labels` are those of the tracks of sound, in their order."""

    labels: tuple[SoundLabel, ...] = ()
    chapters: tuple[Chapter, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.chapters and not any(tags_of(label) for label in self.labels)


NO_WORDS: Final = Words()


def tags_of(label: SoundLabel) -> dict[str, str]:
    """By their names in FFmpeg; what is no code of a language is not told as one."""
    is_code = label.language is not None and _LANGUAGE.fullmatch(label.language)
    tags = {"language": label.language if is_code else None, "title": label.title}
    return {name: value for name, value in tags.items() if value}


def ticks_of(seconds: float) -> int:
    return round(seconds * TICKS_PER_SECOND)


def written(words: Words) -> str:
    """As FFmpeg reads it: a stream for each label, and the chapters."""
    return "".join(f"{line}\n" for line in _lines(words))


def _lines(words: Words) -> Iterator[str]:
    yield ";FFMETADATA1"
    for label in words.labels:
        yield "[STREAM]"
        yield from (f"{name}={_escaped(value)}" for name, value in tags_of(label).items())
    for chapter in words.chapters:
        yield "[CHAPTER]"
        yield f"TIMEBASE=1/{TICKS_PER_SECOND}"
        yield f"START={ticks_of(chapter.start)}"
        yield f"END={ticks_of(chapter.end)}"
        yield f"title={_escaped(chapter.title)}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
