"""Batches: many jobs in one request, then watched, cancelled and tried again as one."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse

from kinolog.common.aggregates import JobStatus
from kinolog.common.events.job import OnFailure
from kinolog.common.queries import BatchState
from kinolog.gateway.batch import submit_batch
from kinolog.gateway.bulk import change_all
from kinolog.gateway.command import Command
from kinolog.gateway.domain.change import Change, cancelling, retrying
from kinolog.gateway.draft import BATCH_PREFIX, Draft
from kinolog.gateway.listing import MaybePaging, page_view
from kinolog.gateway.new_job import JsonObject, Reason
from kinolog.gateway.params import Gateway, Here, Post, id_of
from kinolog.gateway.problems import not_found
from kinolog.gateway.views import BatchAnswer, BatchView, BulkView

router = APIRouter(tags=["batches"])

BatchId = Annotated[str, id_of("batch", BATCH_PREFIX)]


class NewBatch(Reason):
    """`items` are jobs as in `POST /v1/jobs`, each with a `name` if others of the batch refer to it.

    A job that fails ends those that depend on it, and theirs. `on_failure` is for the items that leave it open: with
    `cancel` a failure ends all the rest of the batch too, with `keep` not even what depends on the job that failed.
    """

    items: Annotated[list[JsonObject], Field(min_length=1, max_length=1_000)]
    on_failure: OnFailure | None = None


@router.post("/v1/jobs/batch", operation_id="jobs_create_batch", response_model=BatchAnswer)
async def create_batch(body: NewBatch, here: Here, command: Post) -> JSONResponse:
    """Submit many jobs. Each item is accepted or refused by itself; one that depends on a refused one is refused."""
    command = command.about(body)
    draft = Draft(command, here.clock(), on_failure=body.on_failure, reason=body.reason)
    for item in body.items:
        draft.add(item)
    return JSONResponse(await submit_batch(here, command, draft))


@router.get("/v1/batches/{id}", operation_id="batches_read", response_model=BatchView)
async def read_batch(batch_id: BatchId, here: Here, paging: MaybePaging) -> JSONResponse:
    """How far the batch is, and its jobs, page by page."""
    query = paging.query({"batch_id": batch_id}, here.desk)
    state = await _existing(here, batch_id)
    items = await page_view(here.catalog, "jobs", query)
    return JSONResponse({"object": "batch", "id": batch_id, **_progress(state), "items": items})


@router.post("/v1/batches/{id}/cancel", operation_id="batches_cancel", response_model=BulkView)
async def cancel_batch(batch_id: BatchId, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    """Cancel every job of the batch that is not finished."""
    return await _change(here, batch_id, command.about(body), cancelling(body.reason if body else None))


@router.post("/v1/batches/{id}/retry", operation_id="batches_retry", response_model=BulkView)
async def retry_batch(batch_id: BatchId, here: Here, command: Post, body: Reason | None = None) -> JSONResponse:
    """Try every job of the batch that failed or was cancelled again."""
    return await _change(here, batch_id, command.about(body), retrying(body.reason if body else None))


async def _change(here: Gateway, batch_id: str, command: Command, change: Change) -> JSONResponse:
    await _existing(here, batch_id)
    return JSONResponse(await change_all(here, change, {"batch_id": batch_id}, command))


async def _existing(here: Gateway, batch_id: str) -> BatchState:
    state = await here.catalog.batch(batch_id, here.desk.newest_sequence)
    if not state.total:
        raise not_found("batch", batch_id)
    return state


def _progress(state: BatchState) -> dict[str, object]:
    finished = sum(count for status, count in state.by_status.items() if JobStatus(status).is_final)
    return {
        "total": state.total,
        "by_status": state.by_status,
        "percent_done": round(100 * finished / state.total, 1),
        "is_done": finished == state.total,
    }
