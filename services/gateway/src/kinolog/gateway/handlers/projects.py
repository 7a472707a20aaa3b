"""Projects."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from kinolog.common.aggregates import PROJECT
from kinolog.common.aggregates.project import update_project
from kinolog.common.events import Event
from kinolog.common.events.project import ProjectCreated, ProjectDeleted, ProjectRestored, ProjectUpdated
from kinolog.common.fields import Description, Request, Title
from kinolog.gateway.deletion import delete, restore
from kinolog.gateway.listing import MaybePaging, answer_page
from kinolog.gateway.params import Edit, Here, Post, QueryReason, id_of
from kinolog.gateway.views import ListView, ProjectView, answer_done, answer_one

router = APIRouter(prefix="/v1/projects", tags=["projects"])

ProjectId = Annotated[str, id_of("project", PROJECT.id_prefix)]


class NewProject(Request):
    name: Title
    description: Description | None = None


class ProjectPatch(Request):
    """Only what is sent is changed."""

    name: Title = ""
    description: Description | None = None


@router.post("", operation_id="projects_create", status_code=201, response_model=ProjectView)
async def create_project(body: NewProject, here: Here, command: Post) -> JSONResponse:
    created = ProjectCreated(name=body.name, description=body.description)

    async def make() -> Event:
        return created

    done = await here.desk.create(PROJECT, command.about(body), make)
    return answer_done(done, 201, {"Location": f"/v1/projects/{done.loaded.id}"})


@router.get("", operation_id="projects_list", response_model=ListView)
async def list_projects(here: Here, paging: MaybePaging) -> JSONResponse:
    return await answer_page(here.catalog, "projects", paging.query({}, here.desk))


@router.get("/{id}", operation_id="projects_read", response_model=ProjectView)
async def read_project(project_id: ProjectId, here: Here) -> JSONResponse:
    return answer_one(await here.desk.load(PROJECT, project_id))


@router.patch("/{id}", operation_id="projects_update", response_model=ProjectView)
async def update(project_id: ProjectId, body: ProjectPatch, here: Here, command: Edit) -> JSONResponse:
    fields: dict[str, Any] = body.model_dump(exclude_unset=True)

    def decide(project: Any) -> list[Event]:
        changed = {name: value for name, value in fields.items() if getattr(project, name) != value}
        decided = update_project(project, ProjectUpdated(**changed))
        return [decided] if changed else []

    return answer_done(await here.desk.change(PROJECT, project_id, command, "update", decide))


@router.delete("/{id}", operation_id="projects_delete", response_model=ProjectView)
async def delete_project(project_id: ProjectId, here: Here, command: Edit, reason: QueryReason = None) -> JSONResponse:
    return answer_done(await delete(here.desk, PROJECT, project_id, command, ProjectDeleted(reason=reason)))


@router.post("/{id}/restore", operation_id="projects_restore", response_model=ProjectView)
async def restore_project(project_id: ProjectId, here: Here, command: Post) -> JSONResponse:
    return answer_done(await restore(here.desk, PROJECT, project_id, command, ProjectRestored()))
