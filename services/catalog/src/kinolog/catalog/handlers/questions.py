"""Answering questions about the rows: lists, counts, and how far the catalog has come."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.cursor import Place, write_cursor
from kinolog.catalog.domain.folding import Folded
from kinolog.catalog.domain.listing import LISTINGS, Listing, Selection, select
from kinolog.catalog.domain.usage import Taken
from kinolog.common.aggregates import CAPTION, JOB, PROJECT, VIDEO
from kinolog.common.errors import Refused
from kinolog.common.queries import Answer, JobCounts, ListQuery, Page, Position, Query, Stats, Usage, UsageQuery

Q = TypeVar("Q", bound=Query)
Question = Callable[[bytes], Awaitable[Answer]]


class Reader(Protocol):
    """Raises StoreUnavailable when the database cannot be used at present."""

    async def rows(self, selection: Selection) -> Sequence[Folded]:
        """The rows that a query asks for, and one more where there is one."""
        ...

    async def count_by(self, kind: str, name: str) -> Mapping[Any, int]:
        """How many rows there are of each value of a field."""
        ...

    async def count_live(self, kind: str) -> int:
        """How many rows there are that are not deleted, nor is the project that they belong to."""
        ...

    async def count_quarantined(self) -> int:
        """How many events could not be folded."""
        ...

    async def usage(self, project_id: str | None) -> Taken:
        """What the videos of a project, or of all, take, and what its uploads under way will take besides."""
        ...


@dataclass(frozen=True, slots=True)
class Questions:
    """Each takes a request's JSON. Raises Refused, Stale or StoreUnavailable."""

    reader: Reader
    applied: Applied
    wait_seconds: float
    page_limit_bytes: int

    def by_name(self) -> dict[str, Question]:
        lists: dict[str, Question] = {listing.name: partial(self.page, listing) for listing in LISTINGS.values()}
        return {**lists, "stats": self.stats, "usage": self.usage, "position": self.position}

    async def page(self, listing: Listing, request: bytes) -> Page:
        query = parse(ListQuery, request)
        selection = select(listing, query)
        sequence = await self._wait_for(query)
        found = await self.reader.rows(selection)
        shown = _fitting(found[: selection.limit], self.page_limit_bytes)
        has_more = len(found) > len(shown)
        return Page(
            data=shown,
            has_more=has_more,
            next_cursor=_cursor_after(found[len(shown) - 1], selection) if has_more else None,
            seq=sequence,
        )

    async def stats(self, request: bytes) -> Stats:
        sequence = await self._wait_for(parse(Query, request))
        return Stats(
            projects=await self.reader.count_live(PROJECT.kind),
            videos=await self.reader.count_live(VIDEO.kind),
            captions=await self.reader.count_live(CAPTION.kind),
            jobs=JobCounts(
                by_status=dict(await self.reader.count_by(JOB.kind, "status")),
                by_type=dict(await self.reader.count_by(JOB.kind, "type")),
            ),
            quarantined=await self.reader.count_quarantined(),
            seq=sequence,
        )

    async def usage(self, request: bytes) -> Usage:
        query = parse(UsageQuery, request)
        sequence = await self._wait_for(query)
        taken = await self.reader.usage(query.project_id)
        return Usage(**asdict(taken), seq=sequence)

    async def position(self, request: bytes) -> Position:
        return Position(seq=await self._wait_for(parse(Query, request)))

    async def _wait_for(self, query: Query) -> int:
        return await self.applied.wait_for(query.min_seq, within_seconds=self.wait_seconds)


def parse(model: type[Q], request: bytes) -> Q:
    """An empty request asks for the defaults. Raises Refused, naming the field."""
    try:
        return model.model_validate_json(request or b"{}")
    except ValidationError as error:
        first = error.errors()[0]
        field = next((str(part) for part in first["loc"] if part != "filters"), None)
        raise Refused("validation", f"{field or 'the request'}: {first['msg']}", field=field) from error


def _fitting(found: Sequence[Folded], limit_bytes: int) -> list[dict[str, Any]]:
    """As many rows as fit into one message, and one at least: the rest is left to the next page."""
    shown: list[dict[str, Any]] = []
    room = limit_bytes
    for folded in found:
        row = {**folded.require().model_dump(mode="json"), "sequence": folded.sequence}
        room -= len(json.dumps(row))
        if shown and room < 0:
            break
        shown.append(row)
    return shown


def _cursor_after(folded: Folded, selection: Selection) -> str:
    state = folded.require()
    return write_cursor(selection.sort, Place(getattr(state, selection.order_by), state.id))
