"""Queues: what waits in each, who works on it, and whether it is paused."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import JSONResponse

from kinolog.common.controls import QueueControl, queue_setting
from kinolog.common.queries import QueueState
from kinolog.common.subjects import QUEUES
from kinolog.gateway.command import Command
from kinolog.gateway.controls import control_view, find_setting, set_control
from kinolog.gateway.new_job import Reason
from kinolog.gateway.params import Gateway, Here, Post
from kinolog.gateway.problems import Problem, not_found
from kinolog.gateway.queues import alive, seen_by_catalog, seen_by_consumers, worker_views
from kinolog.gateway.views import Json, ListView, QueueControlView, list_view

router = APIRouter(prefix="/v1/queues", tags=["status"])

QueueName = Annotated[str, Path(max_length=60)]


@router.get("", operation_id="queues_list", response_model=ListView)
async def list_queues(here: Here) -> JSONResponse:
    """What waits in each queue, lane by lane from the top, and which workers are there, running what.

    While the catalog is away, `source` is `consumers`: then only the depths are known.
    """
    workers = alive(await here.board.workers(), here.clock(), here.presence_interval_seconds)
    states = await _states(here)
    data = [await _view(here, queue, states) | {"workers": worker_views(workers, queue)} for queue in QUEUES]
    return list_view(data, next_cursor=None, has_more=False, seq=here.desk.newest_sequence)


@router.post("/{name}/pause", operation_id="queues_pause", response_model=QueueControlView)
async def pause(name: QueueName, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    """Start no job of the queue from now on; what runs goes on, and jobs are still accepted."""
    return await _set(here, command, "pause", name, QueueControl(is_paused=True), body)


@router.post("/{name}/resume", operation_id="queues_resume", response_model=QueueControlView)
async def resume(name: QueueName, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    return await _set(here, command, "resume", name, QueueControl(), body)


async def _view(here: Gateway, queue: str, states: Mapping[str, QueueState] | None) -> Json:
    control = control_view(QueueControl, await find_setting(here.desk, queue_setting(queue)))
    if states is None:
        waiting = seen_by_consumers(await here.queue_gauge.depths(queue))
    else:
        waiting = seen_by_catalog(states.get(queue), here.clock())
    return {"object": "queue", "name": queue, **control, **waiting}


async def _states(here: Gateway) -> dict[str, QueueState] | None:
    """What the catalog knows; None while it does not answer."""
    try:
        answer = await here.catalog.queues(here.desk.newest_sequence)
    except Problem as problem:
        if problem.kind != "catalog-unavailable":
            raise
        return None
    return {state.name: state for state in answer.queues}


async def _set(
    here: Gateway, command: Command, verb: str, queue: str, control: QueueControl, body: Reason | None
) -> JSONResponse:
    if queue not in QUEUES:
        raise not_found("queue", queue)
    reason = body.reason if body else None
    done = await set_control(here.desk, command.about(body), verb, queue_setting(queue), control, reason)
    return JSONResponse({"object": "queue", "name": queue, **control_view(QueueControl, done.loaded.state)})
