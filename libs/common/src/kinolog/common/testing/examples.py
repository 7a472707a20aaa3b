"""Example data: valid as it stands, so a test names only what matters to it."""

from datetime import UTC, datetime
from typing import Any, Final

from kinolog.common.aggregates import JOB, PROJECT, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import complete_attempt, fail_attempt, start_attempt, submit_job
from kinolog.common.errors import PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.events.job import Submission
from kinolog.common.events.project import ProjectCreated
from kinolog.common.events.video import VideoRegistered
from kinolog.common.ids import new_id
from kinolog.common.log import EventLog, Origin, load

ORIGIN: Final = Origin(source="test", actor="user:test", correlation_id="cor_test")
NOON: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def a_submission(**changes: Any) -> Submission:
    values: dict[str, Any] = {
        "type": "trim",
        "queue": "render",
        "input_data": {"start_time": 0.0, "end_time": 1.0},
        "project_id": "prj_" + "0" * 32,
        "video_id": "vid_" + "0" * 32,
    }
    return Submission(**{**values, **changes})


def a_video(**changes: Any) -> VideoRegistered:
    values: dict[str, Any] = {
        "project_id": "prj_" + "0" * 32,
        "title": "A film",
        "filename": "film.mp4",
        "content": BlobRef(sha256="0" * 64, size_bytes=1_000, media_type="video/mp4"),
        "duration": 10.0,
        "width": 320,
        "height": 180,
        "size_bytes": 1_000,
        "frame_rate": 30.0,
        "container": "mp4",
        "video_codec": "h264",
        "audio_codec": "aac",
    }
    return VideoRegistered(**{**values, **changes})


async def submitted(log: EventLog, **changes: Any) -> str:
    """Put a job into the log and return its id."""
    job_id = new_id("job")
    await log.append(unborn(JOB, job_id).changes(submit_job(a_submission(**changes))), ORIGIN)
    return job_id


async def started(log: EventLog, job_id: str, worker: str = "wrk_test") -> None:
    """Let a worker take a job."""
    loaded = await load(log, JOB, job_id)
    await log.append(loaded.changes(start_attempt(loaded.require(), worker=worker, lease_seconds=30.0)), ORIGIN)


async def completed(log: EventLog, job_id: str, **output_data: Any) -> None:
    """Let a worker take a job and complete it."""
    await started(log, job_id)
    loaded = await load(log, JOB, job_id)
    await log.append(loaded.changes(complete_attempt(loaded.require(), output_data)), ORIGIN)


async def failed(log: EventLog, job_id: str) -> None:
    """Let a worker take a job and fail at it for good."""
    await started(log, job_id)
    loaded = await load(log, JOB, job_id)
    error = PermanentError("bad_input", "The file is empty.", detail="0 bytes")
    await log.append(loaded.changes(fail_attempt(loaded.require(), error, now=NOON, jitter=0.0)), ORIGIN)


async def registered(log: EventLog, **changes: Any) -> str:
    """Put a video into the log and return its id."""
    video_id = new_id("vid")
    await log.append(unborn(VIDEO, video_id).changes(a_video(**changes)), ORIGIN)
    return video_id


async def created(log: EventLog, name: str = "A project") -> str:
    """Put a project into the log and return its id."""
    project_id = new_id("prj")
    await log.append(unborn(PROJECT, project_id).changes(ProjectCreated(name=name)), ORIGIN)
    return project_id
