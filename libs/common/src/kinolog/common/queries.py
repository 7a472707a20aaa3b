"""What may be asked of the catalog, and its answers: one JSON message each way on `q.catalog.<name>`.

`projects`, `videos`, `captions`, `jobs`, `settings` and `schedules` take a ListQuery and answer with a Page. `stats`,
`position` and `queues` take a Query and answer with Stats, Position and Queues; `usage` takes a UsageQuery and answers
with Usage, `batch` takes a BatchQuery and answers with BatchState, `why` takes a WhyQuery and answers with Why,
`speech` takes a SpeechQuery and answers with Hits. A refusal is a NATS micro service error: the header
`Nats-Service-Error-Code` carries an HTTP-like number, the body a Problem.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.fields import INT64_MAX, Request, SearchText

ListName = Literal["projects", "videos", "captions", "jobs", "settings", "schedules"]

LONGEST_PAGE: Final = 200
LONGEST_CURSOR: Final = 2_000
LONGEST_WORDS: Final = 200
MOST_ALTERNATIVES: Final = 20

ProblemCode = Literal["validation", "bad-cursor", "stale", "unavailable", "busy", "not-found", "internal"]


class Query(Request):
    """`min_seq` is a sequence of the log: the answer waits until the catalog has applied it, or is refused as `stale`.

    Whoever passes the sequence that an append returned reads its own write.
    """

    min_seq: Annotated[int, Field(strict=True, ge=0, le=INT64_MAX)] = 0


Wanted = Annotated[bool, Field(strict=True)] | SearchText
AnyOf = Annotated[list[Wanted], Field(min_length=1, max_length=MOST_ALTERNATIVES)]


class ListQuery(Query):
    """One page of a list.

    `filters` are equalities, e.g. `{"status": "failed"}`, where a list asks for any of its values; `q` is a substring
    of the name, title or file name in any case; `sort` is a field, descending after a minus; ties are broken by the
    id. `deleted` asks for the deleted rows instead of the others. `cursor` is the `next_cursor` of the page before,
    asked with the same `sort`.
    """

    filters: dict[str, Wanted | AnyOf] = Field(default_factory=dict)
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
    """How many there are, deleted ones not counted. `quarantined` events could not be read: a person has to look."""

    projects: int
    videos: int
    captions: int
    jobs: JobCounts
    quarantined: int = 0


class UsageQuery(Query):
    """Without `project_id` it asks for all projects together."""

    project_id: SearchText | None = None


class Usage(Answer):
    """`used_bytes` of the `video_count` videos that are not deleted; `announced_bytes` of uploads not yet made one.

    Videos of the same bytes count each, though they share a blob.
    """

    used_bytes: int
    video_count: int
    announced_bytes: int


class Position(Answer):
    """How far the catalog has come."""


class Part(BaseModel):
    """A piece of an answer."""

    model_config = ConfigDict(frozen=True)


class LaneState(Part):
    """`waiting` jobs may start now, `delayed` ones wait for their time; `oldest_queued_at` is of those waiting."""

    lane: int
    waiting: int
    delayed: int
    running: int
    oldest_queued_at: datetime | None


class ProjectLoad(Part):
    """A project's jobs in one queue, and the share that is set for it. `project_id` None: jobs of no project."""

    project_id: str | None
    waiting: int
    running: int
    weight: float
    max_running: int | None


class QueueState(Part):
    """Lanes from the top, and projects, that have unfinished jobs; jobs that wait for other jobs are in no queue."""

    name: str
    is_paused: bool
    lanes: list[LaneState]
    projects: list[ProjectLoad]


class Queues(Answer):
    """Every queue that has unfinished jobs or a setting."""

    queues: list[QueueState]


class BatchQuery(Query):
    id: SearchText


class BatchState(Answer):
    """How many jobs of the batch there are of each status; none of an unknown one."""

    by_status: dict[str, int]
    total: int


class WhyQuery(Query):
    job_id: SearchText


class WaitKind(StrEnum):
    """What a job waits for, or why it waits for nothing."""

    DEPENDENCY = "dependency"
    TIME = "time"
    QUEUE_PAUSED = "queue_paused"
    PROJECT_LIMIT = "project_limit"
    NO_WORKER = "no_worker"
    TURN = "turn"
    RUNNING = "running"
    FINISHED = "finished"


class Wait(Part):
    """`detail` is one line for a person. `job_id` is the job that is waited for, `until` the time."""

    kind: WaitKind
    detail: str
    job_id: str | None = None
    until: datetime | None = None


class AheadBecause(StrEnum):
    """A higher lane, an earlier place in the same one, its project's turn, or it had waited too long."""

    LANE = "lane"
    ORDER = "order"
    SHARE = "share"
    AGE = "age"


class Ahead(Part):
    """Another job that goes, or went, first, and why in one line for a person."""

    job_id: str
    because: AheadBecause
    detail: str


class Estimate(Part):
    """From the last `based_on` completed jobs of the type. `wait_seconds` is None where no worker is alive."""

    run_seconds: float
    wait_seconds: float | None
    based_on: int


class Why(Answer):
    """Why a job has not started yet.

    `ahead` are the first of the `ahead_count` jobs that go before it, `started_before` the last ones of its queue
    that started while it could have, the newest first. There is no estimate before a job of the type is completed.
    """

    waits_for: list[Wait]
    ahead: list[Ahead]
    ahead_count: int
    started_before: list[Ahead]
    estimate: Estimate | None


class SpeechQuery(Query):
    """Cues in which all of `q` is said: words in any order, "phrases in quotes", and beginnings of words with a *.

    `best` comes first, unless the order of `time` within one video is asked for. `cursor` is the `next_cursor` of the
    page before, asked with the same words and `sort`.
    """

    q: Annotated[str, Field(max_length=LONGEST_WORDS)]
    project_id: SearchText | None = None
    video_id: SearchText | None = None
    language: SearchText | None = None
    sort: Literal["best", "time"] = "best"
    limit: Annotated[int, Field(strict=True, ge=1, le=LONGEST_PAGE)] = 50
    cursor: Annotated[str, Field(max_length=LONGEST_CURSOR)] | None = None


class SpokenWord(Part):
    """A word and when it is said, in seconds of the video."""

    text: str
    start: float
    end: float


class Hit(Part):
    """A cue in which all was found that was asked for. `cue` is its place in the caption, from 0.

    `highlights` are ranges of characters of `text` (without the last one), `words` what was found, with its times,
    where the caption knows the times of its words.
    """

    video_id: str
    video_title: str
    project_id: str
    caption_id: str
    language: str
    cue: int
    start: float
    end: float
    text: str
    speaker: str | None
    highlights: list[tuple[int, int]]
    words: list[SpokenWord]


class Hits(Answer):
    """`unreadable` captions, of those that were asked for, could not be indexed; while `is_complete` is false, others
    wait to be.
    """

    data: list[Hit]
    next_cursor: str | None
    has_more: bool
    unreadable: int
    is_complete: bool


class Problem(BaseModel):
    """Why a query got no answer; `field` is the field or the filter of the request that is at fault, if one is."""

    model_config = ConfigDict(frozen=True)

    code: ProblemCode
    message: str
    field: str | None = None
