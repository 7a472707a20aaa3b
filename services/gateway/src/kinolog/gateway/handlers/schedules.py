"""Schedules: jobs that are submitted again and again, by the clock or by hand."""

from datetime import datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from kinolog.common.aggregates import JOB, SCHEDULE, Job, Schedule
from kinolog.common.aggregates.base import Loaded
from kinolog.common.aggregates.schedule_decisions import delete_schedule, job_of_schedule, update_schedule
from kinolog.common.events import Event
from kinolog.common.events.schedule import ScheduleCreated
from kinolog.common.schedules import times_after, zone_of
from kinolog.gateway.command import Command
from kinolog.gateway.desk import Done
from kinolog.gateway.domain.wish import Wish
from kinolog.gateway.listing import MaybePaging, page_view
from kinolog.gateway.new_job import Reason
from kinolog.gateway.new_schedule import NewSchedule, SchedulePatch, next_at, settle_job
from kinolog.gateway.params import Edit, Gateway, Here, Post, QueryReason, id_of
from kinolog.gateway.problems import mismatched_key
from kinolog.gateway.submission import settle
from kinolog.gateway.views import JobView, Json, ListView, ScheduleTimes, ScheduleView, answer_done, answer_one, view

router = APIRouter(prefix="/v1/schedules", tags=["schedules"])

ScheduleId = Annotated[str, id_of("schedule", SCHEDULE.id_prefix)]


@router.post("", operation_id="schedules_create", status_code=201, response_model=ScheduleView)
async def create_schedule(body: NewSchedule, here: Here, command: Post) -> JSONResponse:
    timing = body.timing(here.clock())

    async def make() -> Event:
        job = await settle_job(body.job, here)
        return ScheduleCreated(timing=timing, job=job, **body.plain_fields())

    done = await here.desk.create(SCHEDULE, command.about(body), make)
    return _answer(here, done, 201, {"Location": f"/v1/schedules/{done.loaded.id}"})


@router.get("", operation_id="schedules_list", response_model=ListView)
async def list_schedules(here: Here, paging: MaybePaging) -> JSONResponse:
    page = await page_view(here.catalog, "schedules", paging.query({}, here.desk))
    now = here.clock()
    rows = [{**row, "next_at": _iso(next_at(Schedule.model_validate(row), now))} for row in page["data"]]
    return JSONResponse({**page, "data": rows})


@router.get("/{id}", operation_id="schedules_read", response_model=ScheduleView)
async def read_schedule(schedule_id: ScheduleId, here: Here) -> JSONResponse:
    loaded = await here.desk.load(SCHEDULE, schedule_id)
    return answer_one(loaded, _view(here, loaded))


@router.patch("/{id}", operation_id="schedules_update", response_model=ScheduleView)
async def patch_schedule(schedule_id: ScheduleId, body: SchedulePatch, here: Here, command: Edit) -> JSONResponse:
    """New times count from now on: those that were missed before are not made up for."""
    job = {} if body.job is None else {"job": await settle_job(body.job, here)}

    def decide(schedule: Schedule) -> list[Event]:
        return update_schedule(schedule, {**body.changes(schedule, here.clock()), **job}, reason=body.reason)

    return _answer(here, await here.desk.change(SCHEDULE, schedule_id, command, "update", decide))


@router.delete("/{id}", operation_id="schedules_delete", response_model=ScheduleView)
async def remove_schedule(
    schedule_id: ScheduleId, here: Here, command: Edit, reason: QueryReason = None
) -> JSONResponse:
    def decide(schedule: Schedule) -> list[Event]:
        return delete_schedule(schedule, reason=reason)

    return _answer(here, await here.desk.change(SCHEDULE, schedule_id, command, "delete", decide))


@router.post("/{id}/pause", operation_id="schedules_pause", response_model=ScheduleView)
async def pause(schedule_id: ScheduleId, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    return await _set_paused(here, schedule_id, command, body, is_paused=True)


@router.post("/{id}/resume", operation_id="schedules_resume", response_model=ScheduleView)
async def resume(schedule_id: ScheduleId, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    """Times that passed during the pause are not made up for."""
    return await _set_paused(here, schedule_id, command, body, is_paused=False)


@router.get("/{id}/next", operation_id="schedules_next", response_model=ScheduleTimes)
async def list_next(
    schedule_id: ScheduleId, here: Here, count: Annotated[int, Query(ge=1, le=100)] = 5
) -> JSONResponse:
    """The next times, each in UTC and in the schedule's own time zone, as if it were not paused."""
    schedule = (await here.desk.load(SCHEDULE, schedule_id)).require()
    zone = zone_of(schedule.timing)
    times = islice(times_after(schedule.timing, max(here.clock(), schedule.fired_until)), count)
    data = [{"at": time.isoformat(), "local": time.astimezone(zone).isoformat()} for time in times]
    return JSONResponse({"object": "schedule_times", "id": schedule_id, "is_paused": schedule.is_paused, "data": data})


@router.post("/{id}/fire", operation_id="schedules_fire", status_code=202, response_model=JobView)
async def fire(schedule_id: ScheduleId, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    """Submit the job now, besides the times of the schedule."""
    schedule = (await here.desk.load(SCHEDULE, schedule_id)).require()
    wish = Wish(submission=job_of_schedule(schedule), reason=body.reason if body else None)

    async def make() -> Event:
        event = await settle(wish, here)
        await here.quotas.refuse_full(wish)
        return event

    done = await here.desk.create(JOB, command.about(body), make)
    _refuse_job_of_another(done, schedule_id)
    return answer_done(done, 202, {"Location": f"/v1/jobs/{done.loaded.id}"})


def _refuse_job_of_another(done: Done[Job], schedule_id: str) -> None:
    """A key finds the job that it made for whichever schedule, and only the path tells which one is asked for."""
    if done.loaded.require().schedule_id != schedule_id:
        raise mismatched_key()


async def _set_paused(
    here: Gateway, schedule_id: str, command: Command, body: Reason | None, *, is_paused: bool
) -> JSONResponse:
    reason, verb = body.reason if body else None, "pause" if is_paused else "resume"

    def decide(schedule: Schedule) -> list[Event]:
        return update_schedule(schedule, {"is_paused": is_paused}, reason=reason)

    return _answer(here, await here.desk.change(SCHEDULE, schedule_id, command.about(body), verb, decide))


def _answer(
    here: Gateway, done: Done[Schedule], status: int = 200, headers: dict[str, str] | None = None
) -> JSONResponse:
    return answer_done(done, status, headers, _view(here, done.loaded))


def _view(here: Gateway, loaded: Loaded[Schedule]) -> Json:
    return {**view(loaded), "next_at": _iso(next_at(loaded.require(), here.clock()))}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
