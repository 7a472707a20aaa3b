"""When speech is held to be invented. In doubt it stays: a line too many is soon deleted, a lost one hard to notice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from kinolog.transcribe.domain.transcript import Segment, SpokenWord

Reason = Literal["repeated", "too_fast", "no_speech", "overlapping"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Characters are columns: a full-width sign counts as two. Log probabilities are averages of a segment, up to 0.

    People repeat themselves, and songs do even more. So something said `repeats` times in a row, be it up to
    `phrase_lines` lines with no more than `gap_seconds` between them or up to `phrase_words` words that make
    `loop_words` in all, is a loop of the model only if besides
    - it is crammed into less time than it takes to say, at `crammed_characters_per_second`, or
    - the model was unsure of it: `unsure_log_probability`, or
    - it is said `sure_repeats` times, `sure_words` words in all, and the window's text shrinks by `compression_ratio`.

    Nobody says `characters` characters or more at `characters_per_second`.

    What is no speech with `no_speech_probability` is dropped where the model was unsure, and the credits of subtitlers
    already at `credits_log_probability`.

    A segment within the time of another, give or take `overlap_seconds`, that says nothing else is the same speech
    heard twice.
    """

    repeats: int = 4
    sure_repeats: int = 12
    sure_words: int = 36
    phrase_lines: int = 3
    phrase_words: int = 20
    loop_words: int = 12
    gap_seconds: float = 0.5
    crammed_characters_per_second: float = 25.0
    compression_ratio: float = 2.4
    unsure_log_probability: float = -1.0
    characters_per_second: float = 40.0
    characters: int = 40
    no_speech_probability: float = 0.6
    credits_log_probability: float = -0.5
    overlap_seconds: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedStretch:
    """Times in seconds of the video."""

    start: float
    end: float
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Sifted:
    """All that was heard is in one of the two."""

    kept: tuple[Segment, ...]
    dropped: tuple[DroppedStretch, ...] = ()


def dropped(words: Sequence[SpokenWord], reason: Reason) -> DroppedStretch:
    """There is at least one word."""
    text = "".join(word.text for word in words).strip()
    end = max(word.end for word in words)
    return DroppedStretch(start=words[0].start, end=end, text=text, reason=reason)


def parted(segments: Sequence[Segment], is_invented: Callable[[Segment], bool], reason: Reason) -> Sifted:
    kept, stretches = list[Segment](), list[DroppedStretch]()
    for segment in segments:
        if is_invented(segment):
            stretches.append(dropped(segment.words, reason))
        else:
            kept.append(segment)
    return Sifted(tuple(kept), tuple(stretches))
