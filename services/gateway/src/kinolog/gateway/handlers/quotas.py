"""What a project's videos take, and how much they may."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from kinolog.common.aggregates import Setting
from kinolog.common.controls import ProjectQuota, quota_setting
from kinolog.common.fields import INT64_MAX, Request, SizeBytes, Title
from kinolog.gateway.controls import clear_control, control_view, find_setting, set_control
from kinolog.gateway.handlers.projects import ProjectId
from kinolog.gateway.naming import live_project
from kinolog.gateway.params import Edit, Gateway, Here, QueryReason
from kinolog.gateway.views import QuotaView, UsageView

router = APIRouter(prefix="/v1/projects/{id}", tags=["projects"])


class NewQuota(Request):
    """`quota_bytes` is what all videos of the project may have together; 0 is any number."""

    quota_bytes: SizeBytes
    reason: Title | None = None


@router.get("/usage", operation_id="project_usage", response_model=UsageView)
async def read_usage(
    project_id: ProjectId, here: Here, min_seq: Annotated[int | None, Query(ge=0, le=INT64_MAX)] = None
) -> JSONResponse:
    """Deleted videos do not count. Videos of the same bytes count each, though they share their storage."""
    await live_project(here.desk, project_id)
    usage = await here.catalog.usage(project_id, here.desk.newest_sequence if min_seq is None else min_seq)
    limit = {"quota_bytes": await here.quotas.limit_of(project_id)}
    return JSONResponse({"object": "usage", "project_id": project_id, **usage.model_dump(), **limit})


@router.get("/quota", operation_id="project_quota_read", response_model=QuotaView)
async def read_quota(project_id: ProjectId, here: Here) -> JSONResponse:
    await live_project(here.desk, project_id)
    return await _answer(here, project_id, await find_setting(here.desk, quota_setting(project_id)))


@router.put("/quota", operation_id="project_quota_set", response_model=QuotaView)
async def set_quota(project_id: ProjectId, body: NewQuota, here: Here, command: Edit) -> JSONResponse:
    """What is stored already stays, even beyond the quota."""
    await live_project(here.desk, project_id)
    quota = ProjectQuota(quota_bytes=body.quota_bytes)
    done = await set_control(here.desk, command, "quota", quota_setting(project_id), quota, body.reason)
    return await _answer(here, project_id, done.loaded.state)


@router.delete("/quota", operation_id="project_quota_clear", response_model=QuotaView)
async def clear_quota(project_id: ProjectId, here: Here, command: Edit, reason: QueryReason = None) -> JSONResponse:
    """Back to the default of the platform."""
    await live_project(here.desk, project_id)
    done = await clear_control(here.desk, command, quota_setting(project_id), reason)
    return await _answer(here, project_id, done.loaded.state)


async def _answer(here: Gateway, project_id: str, setting: Setting | None) -> JSONResponse:
    """With the quota that holds."""
    quota = control_view(ProjectQuota, setting)
    is_default = quota["quota_bytes"] is None
    if is_default:
        quota["quota_bytes"] = await here.quotas.limit_of(project_id)
    return JSONResponse({"object": "quota", "project_id": project_id, "is_default": is_default, **quota})
