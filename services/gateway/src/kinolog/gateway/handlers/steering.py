"""What people do to jobs that are there: cancel them, try them again, let them go first; one, or all that match."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse

from kinolog.common.aggregates import JOB, JobStatus
from kinolog.common.fields import Priority, Request, SearchText
from kinolog.gateway.bulk import change_all
from kinolog.gateway.command import Command
from kinolog.gateway.domain.change import Change, cancelling, prioritising, retrying
from kinolog.gateway.handlers.jobs import JobId
from kinolog.gateway.new_job import Reason
from kinolog.gateway.params import Gateway, Here, Post
from kinolog.gateway.problems import invalid
from kinolog.gateway.views import BulkView, JobView, answer_done

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

MaybeReason = Reason | None
Wanted = Annotated[SearchText, Field(max_length=60)]


class JobFilter(Request):
    """Equalities; all of them must hold, and one must be given."""

    status: JobStatus | None = None
    type: Wanted | None = None
    project_id: Wanted | None = None
    video_id: Wanted | None = None
    queue: Wanted | None = None
    batch_id: Wanted | None = None
    schedule_id: Wanted | None = None

    def equalities(self) -> dict[str, str]:
        """Raises the problem `validation` where nothing is asked for: all jobs are never meant by accident."""
        given = self.model_dump(mode="json", exclude_none=True)
        if not given:
            raise invalid("/filter", f"name at least one of {', '.join(type(self).model_fields)}")
        return given


class ManyJobs(Reason):
    filter: JobFilter


class NewPriority(Reason):
    """From 0 to 10, higher first."""

    priority: Priority


@router.post("/cancel", operation_id="jobs_cancel_all", response_model=BulkView)
async def cancel_all(body: ManyJobs, here: Here, command: Post) -> JSONResponse:
    """Cancel every pending and running job that matches; repeat it until `is_complete`."""
    change = cancelling(body.reason)
    return JSONResponse(await change_all(here, change, body.filter.equalities(), command.about(body)))


@router.post("/retry", operation_id="jobs_retry_all", response_model=BulkView)
async def retry_all(body: ManyJobs, here: Here, command: Post) -> JSONResponse:
    """Try every failed and cancelled job that matches again; repeat it until `is_complete`."""
    change = retrying(body.reason)
    return JSONResponse(await change_all(here, change, body.filter.equalities(), command.about(body)))


@router.post("/{id}/cancel", operation_id="jobs_cancel", response_model=JobView)
async def cancel(job_id: JobId, here: Here, command: Post, body: MaybeReason = None) -> JSONResponse:
    """A pending job is cancelled at once, a running one as soon as its worker has stopped."""
    return await _steer(job_id, here, command.about(body), cancelling(body.reason if body else None))


@router.post("/{id}/retry", operation_id="jobs_retry", status_code=202, response_model=JobView)
async def retry(job_id: JobId, here: Here, command: Post, body: MaybeReason = None) -> JSONResponse:
    """Another attempt of a failed or cancelled job, with the same input; one that waits for its time is tried now."""
    return await _steer(job_id, here, command.about(body), retrying(body.reason if body else None), status=202)


@router.post("/{id}/priority", operation_id="jobs_prioritise", response_model=JobView)
async def prioritise(job_id: JobId, body: NewPriority, here: Here, command: Post) -> JSONResponse:
    """A pending job stands last in its new lane; a running one keeps the priority for its next attempt."""
    return await _steer(job_id, here, command.about(body), prioritising(body.priority, body.reason))


async def _steer(job_id: str, here: Gateway, command: Command, change: Change, status: int = 200) -> JSONResponse:
    return answer_done(await here.desk.change(JOB, job_id, command, change.verb, change.decide), status)
