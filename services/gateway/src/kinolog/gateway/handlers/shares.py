"""A project's share of the workers: how much it gets while others want them too, and how many jobs it may run."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from kinolog.common.aggregates import Setting
from kinolog.common.controls import ProjectShare, share_setting
from kinolog.common.fields import Request, Title
from kinolog.gateway.controls import clear_control, control_view, find_setting, set_control
from kinolog.gateway.handlers.projects import ProjectId
from kinolog.gateway.naming import live_project
from kinolog.gateway.params import Edit, Here, QueryReason
from kinolog.gateway.views import ShareView

router = APIRouter(prefix="/v1/projects/{id}/share", tags=["projects"])


class NewShare(ProjectShare, Request):
    """All of the share: what is left out goes back to its default. Without `max_running` there is no limit."""

    reason: Title | None = None


@router.get("", operation_id="project_share_read", response_model=ShareView)
async def read_share(project_id: ProjectId, here: Here) -> JSONResponse:
    await live_project(here.desk, project_id)
    return _answer(project_id, await find_setting(here.desk, share_setting(project_id)))


@router.put("", operation_id="project_share_set", response_model=ShareView)
async def set_share(project_id: ProjectId, body: NewShare, here: Here, command: Edit) -> JSONResponse:
    await live_project(here.desk, project_id)
    share = ProjectShare(weight=body.weight, max_running=body.max_running)
    done = await set_control(here.desk, command, "share", share_setting(project_id), share, body.reason)
    return _answer(project_id, done.loaded.state)


@router.delete("", operation_id="project_share_clear", response_model=ShareView)
async def clear_share(project_id: ProjectId, here: Here, command: Edit, reason: QueryReason = None) -> JSONResponse:
    """Back to the defaults."""
    await live_project(here.desk, project_id)
    done = await clear_control(here.desk, command, share_setting(project_id), reason)
    return _answer(project_id, done.loaded.state)


def _answer(project_id: str, setting: Setting | None) -> JSONResponse:
    is_default = setting is None or setting.value is None
    share = control_view(ProjectShare, setting)
    return JSONResponse({"object": "share", "project_id": project_id, "is_default": is_default, **share})
