"""How the platform is: counts, and whether this gateway lives and is ready."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from kinolog.common.errors import LogError
from kinolog.common.fields import INT64_MAX
from kinolog.common.queries import Stats
from kinolog.common.service import VERSION
from kinolog.gateway.machines import SystemView, machines_of
from kinolog.gateway.params import Gateway, Here
from kinolog.gateway.problems import FieldError, Problem
from kinolog.gateway.queues import alive

router = APIRouter()


@router.get("/v1/stats", operation_id="stats_read", tags=["status"], response_model=Stats)
async def read_stats(here: Here, min_seq: Annotated[int | None, Query(ge=0, le=INT64_MAX)] = None) -> JSONResponse:
    """What is deleted, and what belongs to a deleted project, is counted no more; jobs always are."""
    stats = await here.catalog.stats(here.desk.newest_sequence if min_seq is None else min_seq)
    return JSONResponse({"object": "stats", **stats.model_dump(mode="json")})


@router.get("/v1/system", operation_id="system_read", tags=["status"], response_model=SystemView)
async def read_system(here: Here) -> JSONResponse:
    """The machines whose workers are alive, and what each was found to have."""
    workers = alive(await here.board.workers(), here.clock(), here.presence_interval_seconds)
    view = SystemView(version=VERSION, machines=machines_of(workers))
    return JSONResponse(view.model_dump(mode="json"))


@router.get("/healthz", operation_id="health_live", tags=["health"])
async def is_alive() -> JSONResponse:
    """The process answers. That is all it says, to anybody."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", operation_id="health_ready", tags=["health"])
async def is_ready(here: Here) -> JSONResponse:
    """Whether what the gateway needs answers; 503 names what does not."""
    missing = [name for name, answers in await _answers(here) if not answers]
    if "log" in missing:
        raise _not_ready("log-unavailable", missing)
    if missing:
        raise _not_ready("catalog-unavailable", missing)
    return JSONResponse({"status": "ready"})


async def _answers(here: Gateway) -> list[tuple[str, bool]]:
    log, catalog = await asyncio.gather(_succeeds(here.log.last_sequence()), _succeeds(here.catalog.position()))
    return [("log", log), ("catalog", catalog)]


async def _succeeds(question: Awaitable[int]) -> bool:
    try:
        await question
    except (LogError, Problem):
        return False
    return True


def _not_ready(kind: str, missing: list[str]) -> Problem:
    errors = [FieldError(name, "does not answer") for name in missing]
    return Problem(kind, f"not ready: no answer from {' and '.join(missing)}", errors=errors)
