"""Where the cues are in a block of SRT or WebVTT, which mark their times alike."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

from kinolog.common.subtitles.reading.lines import Block, Pile, seconds_of, shown

MOMENT: Final = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES: Final = re.compile(rf"\s*{MOMENT}\s*-->\s*{MOMENT}(?:\s(.*))?")
# A time with a sign is none, and yet no text either.
_MEANT_AS_TIMES: Final = re.compile(r"\s*(?:\d|[-+\u2212]\d+:\d).*-->")


@dataclass(frozen=True, slots=True)
class TimedPart:
    """`line` is the number of the one with the times; `name` begins the block, `settings` are behind the times."""

    line: int
    name: str
    start: float
    end: float
    settings: str
    lines: Sequence[str]


def timed_parts(block: Block, pile: Pile, example: str) -> Iterator[TimedPart]:
    """Some writers leave no blank line between cues; then the line before the times is the next one's number.

    Raises SubtitlesRefused where there are no times such as the example.
    """
    found = [(place, times) for place, line in enumerate(block.lines) if (times := _TIMES.fullmatch(line))]
    _refuse_untimed(block, {place for place, _ in found}, pile, example)
    ends = [*(_end_before(block, place) for place, _ in found[1:]), len(block.lines)]
    for (place, times), end in zip(found, ends, strict=False):
        yield TimedPart(
            line=block.line + place,
            name="".join(block.lines[:place]).strip() if place == 1 else "",
            start=seconds_of(*times.groups()[:4]),
            end=seconds_of(*times.groups()[4:8]),
            settings=(times.group(9) or "").strip(),
            lines=block.lines[place + 1 : end],
        )


def _refuse_untimed(block: Block, places: Set[int], pile: Pile, example: str) -> None:
    meant = (place for place, line in enumerate(block.lines) if _MEANT_AS_TIMES.match(line) and place not in places)
    place = next(meant, None if places & {0, 1} else 0)
    if place is not None:
        line = block.lines[place]
        pile.refuse(block.line + place, f"times such as {example} are missing: {shown(line)}")


def _end_before(block: Block, place: int) -> int:
    return place - 1 if block.lines[place - 1].strip().isdigit() else place
