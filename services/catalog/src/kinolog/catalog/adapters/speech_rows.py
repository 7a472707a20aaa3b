"""From the cues of a caption to the rows that they are found by."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from kinolog.catalog.adapters.speech_tables import CUES_PER_TEXT
from kinolog.catalog.domain.speech import tokens_of
from kinolog.catalog.domain.spoken import Unreadable
from kinolog.catalog.domain.storable import storable_value
from kinolog.common.subtitles import Cue


class CueRow(NamedTuple):
    """What is shown of a cue, and the words that it is found by."""

    shown: dict[str, Any]
    words: dict[str, Any]


def cue_rows(
    text_id: int, place: int, cues: Iterable[Cue], document: Callable[[Sequence[str]], str]
) -> Iterator[CueRow]:
    """The cues of a text from a place on, but for those without a word. Raises Unreadable where they are too many."""
    for number, cue in enumerate(cues, start=place):
        if number >= CUES_PER_TEXT:
            raise Unreadable(f"it has more than {CUES_PER_TEXT} cues")
        if words := [token.word for token in tokens_of(cue.text)]:
            cue_id = text_id * CUES_PER_TEXT + number
            own = {"id": cue_id, "text_id": text_id, "place": number, "length": len(words)}
            yield CueRow({**own, **_said(cue)}, {"id": cue_id, "document": document(words)})


def _said(cue: Cue) -> dict[str, Any]:
    words = [(word.text, word.start, word.end) for word in cue.words]
    said = {
        "start": cue.start,
        "end": cue.end,
        "text": cue.text,
        "speaker": cue.speaker,
        "words": to_json(words).decode() if words else None,
    }
    return {name: storable_value(value) for name, value in said.items()}
