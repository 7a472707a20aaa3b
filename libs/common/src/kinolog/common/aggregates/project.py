"""A project: a named collection of videos."""

from datetime import datetime

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.aggregates.deletion import refuse_if_deleted
from kinolog.common.events import RecordedEvent
from kinolog.common.events.project import (
    ProjectCreated,
    ProjectDeleted,
    ProjectPurged,
    ProjectRestored,
    ProjectUpdated,
)


class Project(State):
    name: str
    description: str | None = None
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False


def evolve(state: Project | None, recorded: RecordedEvent) -> Project | None:
    event, at = recorded.event, recorded.occurred_at
    if isinstance(event, ProjectCreated):
        return Project(id=recorded.subject.id, **event.model_dump(), created_at=at, updated_at=at)
    if state is None:
        return None
    match event:
        case ProjectUpdated():
            return state.model_copy(update={**event.model_dump(exclude_unset=True), "updated_at": at})
        case ProjectDeleted():
            return state.model_copy(update={"is_deleted": True, "updated_at": at})
        case ProjectRestored():
            return state.model_copy(update={"is_deleted": False, "updated_at": at})
        case ProjectPurged():
            return None
    return state


PROJECT = Aggregate("project", "prj", evolve)


def update_project(project: Project, changes: ProjectUpdated) -> ProjectUpdated:
    refuse_if_deleted("project", project.id, is_deleted=project.is_deleted)
    return changes
