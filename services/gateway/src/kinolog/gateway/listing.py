"""Lists come from the catalog, which waits until it has seen what this gateway wrote last."""

from typing import Annotated, Any, Final, Protocol

from fastapi import Depends, Query
from pydantic import ValidationError
from starlette.responses import JSONResponse

from kinolog.common.fields import INT64_MAX
from kinolog.common.queries import (
    LONGEST_CURSOR,
    LONGEST_PAGE,
    BatchState,
    Hits,
    ListName,
    ListQuery,
    Page,
    Queues,
    SpeechQuery,
    Stats,
    Usage,
    Why,
)
from kinolog.gateway.desk import Desk
from kinolog.gateway.translation import problem_of_validation
from kinolog.gateway.views import Json, list_json

KIND_OF_LIST: Final[dict[ListName, str]] = {
    "projects": "project",
    "videos": "video",
    "captions": "caption",
    "jobs": "job",
    "settings": "setting",
    "schedules": "schedule",
}

_DELETED: Final = (
    "Only what is deleted. What belongs to a deleted project is listed where a filter names what it is of."
)


class Catalog(Protocol):
    """Raises the problems `validation` and `catalog-unavailable`."""

    async def page(self, name: ListName, query: ListQuery) -> Page: ...

    async def stats(self, min_seq: int) -> Stats: ...

    async def batch(self, batch_id: str, min_seq: int) -> BatchState: ...

    async def usage(self, project_id: str | None, min_seq: int) -> Usage:
        """Of a project, or of all of them."""
        ...

    async def queues(self, min_seq: int) -> Queues: ...

    async def why(self, job_id: str, min_seq: int) -> Why: ...

    async def speech(self, query: SpeechQuery) -> Hits: ...

    async def position(self) -> int:
        """The sequence up to which it has applied the log."""
        ...


class Paging:
    """The query parameters that all lists take."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
        cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR)] = None,
        sort: Annotated[str, Query(max_length=64)] = "-created_at",
        q: Annotated[str | None, Query(max_length=200, description="Part of a name, title or file name.")] = None,
        deleted: Annotated[bool, Query(description=_DELETED)] = False,
        min_seq: Annotated[int | None, Query(ge=0, le=INT64_MAX, description="Wait for this sequence.")] = None,
    ) -> None:
        self.limit, self.cursor, self.sort, self.q, self.deleted = limit, cursor, sort, q or None, deleted
        self.min_seq = min_seq

    def query(self, filters: dict[str, Any], desk: Desk) -> ListQuery:
        try:
            return ListQuery(
                filters={name: value for name, value in filters.items() if value is not None},
                limit=self.limit,
                cursor=self.cursor,
                sort=self.sort,
                q=self.q,
                deleted=self.deleted,
                min_seq=desk.newest_sequence if self.min_seq is None else self.min_seq,
            )
        except ValidationError as error:
            raise problem_of_validation(as_parameters(error)) from error


def as_parameters(error: ValidationError) -> list[dict[str, Any]]:
    """What is wrong with a question to the catalog, as wrong with the query parameters that it was made of."""
    return [{**found, "loc": ("query", *_without_filters(found["loc"]))} for found in error.errors()]


def _without_filters(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    return location[1:2] if location[:1] == ("filters",) else location[:1]


MaybePaging = Annotated[Paging, Depends()]


async def answer_page(catalog: Catalog, name: ListName, query: ListQuery) -> JSONResponse:
    return JSONResponse(await page_view(catalog, name, query))


async def page_view(catalog: Catalog, name: ListName, query: ListQuery) -> Json:
    page = await catalog.page(name, query)
    data = [{"object": KIND_OF_LIST[name], **row} for row in page.data]
    return list_json(data, next_cursor=page.next_cursor, has_more=page.has_more, seq=page.seq)
