"""What may be asked of the catalog, and its answers: one JSON message each way on `q.catalog.<name>`.

`projects`, `videos`, `captions`, `jobs`, `settings` and `schedules` take a ListQuery and answer with a Page, `stats`
answers with Stats and `position` with Position (both take a Query). A refusal is a NATS micro service error: the header
`Nats-Service-Error-Code` carries an HTTP-like number, the body a Problem.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.fields import INT64_MAX, Request, SearchText

ListName = Literal["projects", "videos", "captions", "jobs", "settings", "schedules"]

LONGEST_PAGE: Final = 200
LONGEST_CURSOR: Final = 2_000

ProblemCode = Literal["validation", "bad-cursor", "stale", "unavailable", "busy", "internal"]


class Query(Request):
    """`min_seq` is a sequence of the log: the answer waits until the catalog has applied it, or is refused as `stale`.

    Whoever passes the sequence that an append returned reads its own write.
    """

    min_seq: Annotated[int, Field(strict=True, ge=0, le=INT64_MAX)] = 0


class ListQuery(Query):
    """One page of a list.

    `filters` are equalities, e.g. `{"status": "failed"}`; `q` is a substring of the name, title or file name in any
    case; `sort` is a field, descending after a minus; ties are broken by the id. `deleted` asks for the deleted rows
    instead of the others. `cursor` is the `next_cursor` of the page before, asked with the same `sort`.
    """

    filters: dict[str, Annotated[bool, Field(strict=True)] | SearchText] = Field(default_factory=dict)
    limit: Annotated[int, Field(strict=True, ge=1, le=LONGEST_PAGE)] = 50
    cursor: Annotated[str, Field(max_length=LONGEST_CURSOR)] | None = None
    sort: Annotated[str, Field(max_length=64)] = "-created_at"
    q: SearchText | None = None
    deleted: Annotated[bool, Field(strict=True)] = False


class Answer(BaseModel):
    """`seq` is the sequence up to which the catalog had applied the log, at least."""

    model_config = ConfigDict(frozen=True)

    seq: int


class Page(Answer):
    """Each of `data` has the fields of the aggregate's state, and `sequence`, that of its last event (its ETag)."""

    data: list[dict[str, Any]]
    next_cursor: str | None
    has_more: bool


class JobCounts(BaseModel):
    """How many jobs there are of each status and of each type; what nobody has is left out."""

    model_config = ConfigDict(frozen=True)

    by_status: dict[str, int]
    by_type: dict[str, int]


class Stats(Answer):
    """How many there are, deleted ones not counted."""

    projects: int
    videos: int
    captions: int
    jobs: JobCounts


class Position(Answer):
    """How far the catalog has come."""


class Problem(BaseModel):
    """Why a query got no answer; `field` is the field or the filter of the request that is at fault, if one is."""

    model_config = ConfigDict(frozen=True)

    code: ProblemCode
    message: str
    field: str | None = None
