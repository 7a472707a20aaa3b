"""Jobs: submitted, and watched. What people do to them afterwards is in `steering`."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from kinolog.common.aggregates import JOB, JobStatus
from kinolog.common.events import Event
from kinolog.common.fields import INT64_MAX
from kinolog.common.queries import LONGEST_PAGE
from kinolog.gateway.domain.attempts import attempts
from kinolog.gateway.domain.ending import with_reason
from kinolog.gateway.listing import MaybePaging, answer_page
from kinolog.gateway.new_job import NewJob
from kinolog.gateway.params import Here, MaybeAsOf, Post, id_of
from kinolog.gateway.submission import settle
from kinolog.gateway.views import (
    JobView,
    ListView,
    WhyView,
    answer_done,
    answer_one,
    event_view,
    list_view,
    view,
    with_progress,
)

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

JobId = Annotated[str, id_of("job", JOB.id_prefix)]
MaybeText = Annotated[str | None, Query(max_length=200)]


@router.post("", operation_id="jobs_create", status_code=202, response_model=JobView)
async def create_job(body: NewJob, here: Here, command: Post) -> JSONResponse:
    """With `depends_on`, or input that refers to other jobs, the job waits for those."""
    wish = body.wish(here.clock())

    async def make() -> Event:
        event = await settle(wish, here)
        await here.quotas.refuse_full(wish)
        return event

    done = await here.desk.create(JOB, command.about(body), make)
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
    batch_id: MaybeText = None,
    schedule_id: MaybeText = None,
) -> JSONResponse:
    filters = {"status": status, "type": job_type, "project_id": project_id, "video_id": video_id, "queue": queue}
    filters |= {"batch_id": batch_id, "schedule_id": schedule_id}
    return await answer_page(here.catalog, "jobs", paging.query(filters, here.desk))


@router.get("/{id}", operation_id="jobs_read", response_model=JobView)
async def read_job(job_id: JobId, here: Here, as_of: MaybeAsOf) -> JSONResponse:
    """With `as_of`, the job as it stood then."""
    loaded = await here.desk.load(JOB, job_id, as_of=as_of)
    is_live = as_of is None and loaded.require().status is JobStatus.RUNNING
    beat = await here.board.last_beat(job_id) if is_live else None
    return answer_one(loaded, with_progress(view(loaded), beat))


@router.get("/{id}/why", operation_id="jobs_why", response_model=WhyView)
async def explain(job_id: JobId, here: Here) -> JSONResponse:
    """What the job waits for, which jobs go before it, and why others of its queue went first."""
    history = await here.desk.history(JOB, job_id)
    answer = await here.catalog.why(job_id, here.desk.newest_sequence)
    told = answer.model_copy(update={"waits_for": with_reason(answer.waits_for, history)})
    return JSONResponse({"object": "why", "job_id": job_id, **told.model_dump(mode="json")})


@router.get("/{id}/attempts", operation_id="jobs_attempts", response_model=ListView)
async def list_attempts(job_id: JobId, here: Here) -> JSONResponse:
    """Every attempt at the job: who tried, how it ended, and where its time went."""
    history = await here.desk.history(JOB, job_id)
    data = [attempt.model_dump(mode="json") for attempt in attempts(history)]
    return list_view(data, next_cursor=None, has_more=False, seq=history[-1].sequence)


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
