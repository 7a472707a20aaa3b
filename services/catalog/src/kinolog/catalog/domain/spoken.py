"""What is to be found: the cues of captions, and the hits among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from kinolog.catalog.domain.cursor import Place, read_cursor, write_cursor
from kinolog.catalog.domain.speech_query import Term, terms_of
from kinolog.common.aggregates.base import State
from kinolog.common.errors import KinologError, Refused
from kinolog.common.events import BlobRef
from kinolog.common.queries import SpeechQuery, SpokenWord

_LONGEST_PLACE: Final = 7


class Unreadable(KinologError):
    """Cues that cannot be indexed, however often one tries."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A caption whose words are to be found, as of the `sequence` of its last event.

    `attempts` is how often it was put off because the storage failed.
    """

    caption_id: str
    sequence: int
    cues: BlobRef
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A cue that was found. `length` is how many words it has, `place` its place in the caption, from 0."""

    video_id: str
    video_title: str
    project_id: str
    caption_id: str
    language: str
    place: int
    start: float
    end: float
    length: int
    text: str
    speaker: str | None
    words: Sequence[SpokenWord]


class _Order(State):
    """The values by which hits are ordered. The id is that of the caption and, after a colon, the cue's place."""

    length: int
    start: float


OrderBy = Literal["length", "start"]
_ORDERS: Final[dict[str, OrderBy]] = {"best": "length", "time": "start"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A query that has been checked. `after` is the order's value, the caption and the cue of the last hit shown.

    The best hit is the shortest cue, which says little besides what was asked for. That is the order of BM25 as well
    where a cue has each word once; but it knows nothing of other cues, so that pages hold while these come and go.
    """

    terms: tuple[Term, ...]
    order_by: OrderBy
    after: tuple[Any, str, int] | None
    limit: int
    project_id: str | None
    video_id: str | None
    language: str | None

    def cursor_after(self, found: Found) -> str:
        return write_cursor(self.order_by, Place(getattr(found, self.order_by), f"{found.caption_id}:{found.place}"))


def search_of(query: SpeechQuery) -> Search:
    """Raises Refused with the field that is at fault."""
    if query.sort == "time" and query.video_id is None:
        raise Refused("validation", "sort: the order of time is within one video: give a video_id", field="sort")
    order_by = _ORDERS[query.sort]
    return Search(
        terms=terms_of(query.q),
        order_by=order_by,
        after=None if query.cursor is None else _after(query.cursor, order_by),
        limit=query.limit,
        project_id=query.project_id,
        video_id=query.video_id,
        language=query.language,
    )


def _after(cursor: str, order_by: str) -> tuple[Any, str, int]:
    place = read_cursor(cursor, order_by, _Order)
    caption_id, _, number = place.id.rpartition(":")
    if not (number.isascii() and number.isdecimal() and len(number) <= _LONGEST_PLACE):
        raise Refused("bad-cursor", "the cursor cannot be used: it is damaged: start again without one", field="cursor")
    return place.value, caption_id, int(number)
