"""How aggregates and events look to a caller: plain JSON with an `object` field, headers with the sequence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel
from starlette.responses import JSONResponse

from kinolog.common.aggregates import Job, Project, Schedule, Video
from kinolog.common.aggregates.base import Loaded, S
from kinolog.common.controls import ProjectShare, QueueControl, WorkerControl
from kinolog.common.events import RecordedEvent
from kinolog.common.queries import Usage, Why
from kinolog.common.sealing import SecretKind
from kinolog.common.worker.progress import Heartbeat, Presence
from kinolog.gateway.desk import Done

SEQUENCE_HEADER: Final = "Kinolog-Sequence"
REPLAYED_HEADER: Final = "Idempotent-Replayed"
_LIVE: Final = {"phase", "speed", "eta_seconds", "frame", "done_bytes", "total_bytes", "bytes_per_second"}

Json = dict[str, Any]


class ProjectView(Project):
    object: Literal["project"] = "project"
    sequence: int


class VideoView(Video):
    object: Literal["video"] = "video"
    sequence: int


class JobView(Job):
    """`phase` and what comes after it are those of the running attempt, as far as it has told."""

    object: Literal["job"] = "job"
    sequence: int
    phase: str | None = None
    speed: float | None = None
    eta_seconds: float | None = None
    frame: int | None = None
    done_bytes: int | None = None
    total_bytes: int | None = None
    bytes_per_second: float | None = None


class EventView(BaseModel):
    object: Literal["event"] = "event"
    seq: int
    type: str
    subject: str
    id: str
    time: str
    actor: str
    correlation_id: str
    data: Json


class ListView(BaseModel):
    """`seq` is the sequence of the log that the list shows, at least."""

    object: Literal["list"] = "list"
    data: list[Json]
    has_more: bool
    next_cursor: str | None
    seq: int


class BatchAnswer(BaseModel):
    """For each item `{index, name, status: 202, job}` or `{index, name, status, problem}`."""

    object: Literal["batch"] = "batch"
    id: str
    data: list[Json]


class BatchView(BaseModel):
    object: Literal["batch"] = "batch"
    id: str
    total: int
    by_status: dict[str, int]
    percent_done: float
    is_done: bool
    items: ListView


class WhyView(Why):
    object: Literal["why"] = "why"
    job_id: str


class SetBy(BaseModel):
    """Who set it, when and why; nobody, while it was never set."""

    changed_by: str | None
    changed_at: datetime | None
    reason: str | None


class QueueControlView(QueueControl, SetBy):
    object: Literal["queue"] = "queue"
    name: str


class ShareView(ProjectShare, SetBy):
    object: Literal["share"] = "share"
    project_id: str
    is_default: bool


class QuotaView(SetBy):
    """`quota_bytes` is what holds; 0 is any number."""

    object: Literal["quota"] = "quota"
    project_id: str
    quota_bytes: int
    is_default: bool


class SecretView(SetBy):
    """What is known of a secret besides itself. `size_bytes` is what its value has."""

    object: Literal["secret"] = "secret"
    name: str
    kind: SecretKind
    size_bytes: int
    is_deleted: bool


class UsageView(Usage):
    object: Literal["usage"] = "usage"
    project_id: str
    quota_bytes: int


class DrainView(WorkerControl, SetBy):
    pass


class WorkerView(Presence):
    """`drain` is what the worker was told, `is_draining` what it does."""

    object: Literal["worker"] = "worker"
    drain: DrainView


class ScheduleView(Schedule):
    """`next_at` is None while the schedule is paused, and where no time comes any more."""

    object: Literal["schedule"] = "schedule"
    sequence: int
    next_at: datetime | None


class ScheduleTimes(BaseModel):
    object: Literal["schedule_times"] = "schedule_times"
    id: str
    is_paused: bool
    data: list[dict[str, datetime]]


class BulkView(BaseModel):
    """`skipped` has the first of the jobs that refused, each with its reason. Repeat the request until complete."""

    object: Literal["bulk_change"] = "bulk_change"
    matched: int
    changed: int
    skipped: list[dict[str, str]]
    is_complete: bool


def view(loaded: Loaded[S]) -> Json:
    return {"object": loaded.aggregate.kind, **loaded.require().model_dump(mode="json"), "sequence": loaded.sequence}


def with_progress(job: Json, beat: Heartbeat | None) -> Json:
    """The job with what its running attempt last told about itself; an older attempt's words are not its own."""
    if beat is None or job["status"] != "running" or beat.attempt != job["attempt"]:
        return job | dict.fromkeys(_LIVE)
    live = beat.model_dump(include=_LIVE)
    return job | live | {"progress": int(beat.percent or 0)}


def event_view(recorded: RecordedEvent) -> Json:
    metadata = recorded.metadata
    return {
        "seq": recorded.sequence,
        "type": recorded.event.event_type,
        "subject": str(recorded.subject),
        "id": metadata.event_id,
        "time": metadata.occurred_at.isoformat(),
        "actor": metadata.actor,
        "correlation_id": metadata.correlation_id,
        "data": recorded.event.model_dump(mode="json"),
    }


def progress_view(beat: Heartbeat) -> Json:
    return {"type": "progress", **beat.model_dump(mode="json")}


def list_view(data: list[Json], *, next_cursor: str | None, has_more: bool, seq: int) -> JSONResponse:
    return JSONResponse(list_json(data, next_cursor=next_cursor, has_more=has_more, seq=seq))


def list_json(data: list[Json], *, next_cursor: str | None, has_more: bool, seq: int) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "next_cursor": next_cursor, "seq": seq}


def answer_one(loaded: Loaded[S], body: Json | None = None) -> JSONResponse:
    return JSONResponse(body or view(loaded), headers={"ETag": etag(loaded.sequence)})


def answer_done(
    done: Done[S], status: int = 200, headers: Mapping[str, str] | None = None, body: Json | None = None
) -> JSONResponse:
    """What a command led to. A replay of one that made something is a plain 200, since nothing was made this time."""
    loaded = done.loaded
    own = {"ETag": etag(loaded.sequence), SEQUENCE_HEADER: str(loaded.sequence), **(headers or {})}
    if done.is_replay:
        own[REPLAYED_HEADER] = "true"
    return JSONResponse(body or view(loaded), 200 if done.is_replay and status == 201 else status, headers=own)


def etag(sequence: int) -> str:
    return f'"{sequence}"'
