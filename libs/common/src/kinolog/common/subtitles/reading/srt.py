"""Reading SRT, as strictly as its times need and as leniently as its numbers are kept."""

import re
from typing import Final

from kinolog.common.subtitles.cue import WORD_JOINER
from kinolog.common.subtitles.reading.lines import Block, Pile, Read, SubtitlesRefused, blocks, seconds_of, shown

_MOMENT: Final = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
TIMES: Final = re.compile(rf"\s*{_MOMENT}\s*-->\s*{_MOMENT}(?:\s.*)?")
MARKUP: Final = re.compile(r"</?(?:b|i|u|s|font|c|v|lang|ruby|rt)\b[^<>]{0,200}>|\{\\[^{}]{0,200}\}", re.IGNORECASE)


def read_srt(text: str) -> Read:
    """Raises SubtitlesRefused."""
    pile = Pile()
    for block in blocks(text):
        _read_block(block, pile)
    return pile.read()


def _read_block(block: Block, pile: Pile) -> None:
    """Some writers leave no blank line between cues; then the line before the times is the next one's number."""
    places = [number for number, line in enumerate(block.lines) if TIMES.fullmatch(line)]
    if not places or places[0] > 1:
        raise SubtitlesRefused(
            block.line, f"times such as 00:00:01,000 --> 00:00:02,500 are missing: {shown(block.lines[0])}"
        )
    for place, after in zip(places, [*places[1:], None], strict=True):
        end = None if after is None else after - 1 if block.lines[after - 1].strip().isdigit() else after
        _add(pile, block, place, list(block.lines[place + 1 : end]))


def _add(pile: Pile, block: Block, place: int, spoken: list[str]) -> None:
    found = TIMES.fullmatch(block.lines[place])
    assert found is not None  # noqa: S101  # that is how the place was found
    start, end = seconds_of(*found.groups()[:4]), seconds_of(*found.groups()[4:])
    pile.add(block.line + place, start, end, without_markup("\n".join(spoken), pile))


def without_markup(text: str, pile: Pile) -> str:
    plain, count = MARKUP.subn("", text)
    pile.left_out.update({"style": count} if count else {})
    return plain.replace(WORD_JOINER, "")
