"""Jobs: submitted, watched, cancelled, tried again."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field, ValidationError
from starlette.responses import JSONResponse

from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.job_decisions import cancel_job, retry_job, submit_job
from kinolog.common.events import Event
from kinolog.common.fields import INT64_MAX, Priority, Request
from kinolog.common.jobs import job_type
from kinolog.common.queries import LONGEST_PAGE
from kinolog.gateway.domain import MOST_RETRIES, Wish, is_same_wish
from kinolog.gateway.listing import MaybePaging, answer_page
from kinolog.gateway.params import Here, MaybeAsOf, Post, id_of
from kinolog.gateway.submission import settle
from kinolog.gateway.translation import problem_of_validation
from kinolog.gateway.views import JobView, ListView, answer_done, answer_one, event_view, list_view, view, with_progress

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

JobId = Annotated[str, id_of("job", JOB.id_prefix)]
MaybeText = Annotated[str | None, Query(max_length=200)]


class NewJob(Request):
    """`input_data` is what the type takes; `priority` runs from 0 to 10, higher first."""

    type: Annotated[str, Field(max_length=60)]
    project_id: Annotated[str, Field(max_length=60)] | None = None
    video_id: Annotated[str, Field(max_length=60)] | None = None
    input_data: dict[str, Any] = Field(default_factory=dict)
    priority: Priority = 0
    max_retries: Annotated[int, Field(strict=True, ge=0, le=MOST_RETRIES)] = 3

    def wish(self) -> Wish:
        """Raises Refused or the problem `validation` unless the type knows what to do with the input."""
        kind = job_type(self.type)
        try:
            wanted = kind.input_model.model_validate(self.input_data)
        except ValidationError as error:
            raise problem_of_validation(error.errors(), root="/input_data") from error
        return Wish(kind, wanted, self.project_id, self.video_id, self.priority, self.max_retries)


@router.post("", operation_id="jobs_create", status_code=202, response_model=JobView)
async def create_job(body: NewJob, here: Here, command: Post) -> JSONResponse:
    wish = body.wish()

    async def make() -> Event:
        return submit_job(await settle(wish, here.desk, here.catalog))

    done = await here.desk.create(JOB, command, make, lambda earlier: is_same_wish(wish, earlier))
    return answer_done(done, 202, {"Location": f"/v1/jobs/{done.loaded.id}"})


@router.get("", operation_id="jobs_list", response_model=ListView)
async def list_jobs(
    here: Here,
    paging: MaybePaging,
    status: JobStatus | None = None,
    job_type: Annotated[str | None, Query(alias="type", max_length=60)] = None,
    project_id: MaybeText = None,
    video_id: MaybeText = None,
    queue: MaybeText = None,
) -> JSONResponse:
    filters = {"status": status, "type": job_type, "project_id": project_id, "video_id": video_id, "queue": queue}
    return await answer_page(here.catalog, "jobs", paging.query(filters, here.desk))


@router.get("/{id}", operation_id="jobs_read", response_model=JobView)
async def read_job(job_id: JobId, here: Here, as_of: MaybeAsOf) -> JSONResponse:
    """With `as_of`, the job as it stood then."""
    loaded = await here.desk.load(JOB, job_id, as_of=as_of)
    is_live = as_of is None and loaded.require().status is JobStatus.RUNNING
    beat = await here.board.last_beat(job_id) if is_live else None
    return answer_one(loaded, with_progress(view(loaded), beat))


@router.post("/{id}/cancel", operation_id="jobs_cancel", response_model=JobView)
async def cancel(job_id: JobId, here: Here, command: Post) -> JSONResponse:
    """A pending job is cancelled at once, a running one as soon as its worker has stopped."""

    def decide(job: Job) -> list[Event]:
        cancelled = cancel_job(job)
        return [] if cancelled is None else [cancelled]

    return answer_done(await here.desk.change(JOB, job_id, command, "cancel", decide))


@router.post("/{id}/retry", operation_id="jobs_retry", status_code=202, response_model=JobView)
async def retry(job_id: JobId, here: Here, command: Post) -> JSONResponse:
    """Another attempt of a failed or cancelled job, with the same input."""
    return answer_done(await here.desk.change(JOB, job_id, command, "retry", lambda job: [retry_job(job)]), 202)


@router.get("/{id}/events", operation_id="jobs_events", response_model=ListView)
async def list_events(
    job_id: JobId,
    here: Here,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    cursor: Annotated[int, Query(ge=0, le=INT64_MAX)] = 0,
) -> JSONResponse:
    """The job's history, from its submission on."""
    later = [event for event in await here.desk.history(JOB, job_id) if event.sequence > cursor]
    page, has_more = later[:limit], len(later) > limit
    last = page[-1].sequence if page else cursor
    data = [event_view(event) for event in page]
    return list_view(data, next_cursor=str(last) if has_more else None, has_more=has_more, seq=last)
