"""Workers: who is alive, what each can and does run, and which are to take nothing new."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import JSONResponse

from kinolog.common.controls import WorkerControl, worker_setting
from kinolog.common.worker.progress import Presence
from kinolog.gateway.command import Command
from kinolog.gateway.controls import control_view, find_setting, set_control
from kinolog.gateway.new_job import Reason
from kinolog.gateway.params import Gateway, Here, Post, id_of
from kinolog.gateway.problems import not_found
from kinolog.gateway.queues import alive
from kinolog.gateway.views import Json, ListView, WorkerView, list_view

router = APIRouter(prefix="/v1/workers", tags=["status"])

WorkerId = Annotated[str, id_of("worker", "wrk")]


@router.get("", operation_id="workers_list", response_model=ListView)
async def list_workers(here: Here) -> JSONResponse:
    """The workers that are alive. `drain` is what they were told, `is_draining` what they do."""
    data = [await _view(here, worker) for worker in await _alive(here)]
    return list_view(data, next_cursor=None, has_more=False, seq=here.desk.newest_sequence)


@router.post("/{id}/drain", operation_id="workers_drain", response_model=WorkerView)
async def drain(worker_id: WorkerId, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    """Finish what runs and take nothing new; before a machine is taken away, for example."""
    return await _set(here, command, "drain", worker_id, WorkerControl(is_draining=True), body)


@router.post("/{id}/undrain", operation_id="workers_undrain", response_model=WorkerView)
async def undrain(worker_id: WorkerId, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    return await _set(here, command, "undrain", worker_id, WorkerControl(), body)


async def _set(
    here: Gateway, command: Command, verb: str, worker_id: str, control: WorkerControl, body: Reason | None
) -> JSONResponse:
    worker = next((each for each in await _alive(here) if each.id == worker_id), None)
    if worker is None:
        raise not_found("worker", worker_id)
    reason = body.reason if body else None
    await set_control(here.desk, command.about(body), verb, worker_setting(worker_id), control, reason)
    return JSONResponse(await _view(here, worker))


async def _alive(here: Gateway) -> list[Presence]:
    return alive(await here.board.workers(), here.clock(), here.presence_interval_seconds)


async def _view(here: Gateway, worker: Presence) -> Json:
    told = control_view(WorkerControl, await find_setting(here.desk, worker_setting(worker.id)))
    return {"object": "worker", **worker.model_dump(mode="json"), "drain": told}
