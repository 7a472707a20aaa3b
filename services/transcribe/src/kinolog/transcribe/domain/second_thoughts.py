"""What is heard again, where several stretches of speech were heard at a time and each was tried only once."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise
from typing import Final

from kinolog.transcribe.domain.listening import WRONG_ABOVE_COMPRESSION, WRONG_BELOW_LOG_PROBABILITY
from kinolog.transcribe.domain.transcript import Segment

Stretch = tuple[Segment, ...]
HearAgain = Callable[[float, float | None], Iterator[Segment]]

_NOTHING: Final[Stretch] = ()


def with_second_thoughts(stretches: Iterable[Stretch], hear_again: HearAgain) -> Iterator[Segment]:
    """A stretch that looks wrong does not tell when it was either, so all between its neighbours is heard again.

    `hear_again` is given seconds from and to, None for the end of the sound.
    """
    begins = 0.0
    for stretch, following in pairwise(chain(stretches, [_NOTHING])):
        if _looks_wrong(stretch):
            yield from hear_again(begins, following[0].start if following else None)
        else:
            yield from stretch
        begins = stretch[-1].end


def _looks_wrong(stretch: Stretch) -> bool:
    """By the measures that Whisper itself has for one stretch after the other."""
    is_repetitive = _compression_of(" ".join(segment.text for segment in stretch)) > WRONG_ABOVE_COMPRESSION
    return is_repetitive or min(each.average_log_probability for each in stretch) < WRONG_BELOW_LOG_PROBABILITY


def _compression_of(text: str) -> float:
    content = text.encode()
    return len(content) / len(zlib.compress(content))
