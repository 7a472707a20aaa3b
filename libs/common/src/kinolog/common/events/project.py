"""What happens to a project."""

from kinolog.common.events.base import Event, OnlyWhatWasSet


class ProjectCreated(Event, type="project.created"):
    name: str
    description: str | None = None


class ProjectUpdated(OnlyWhatWasSet, Event, type="project.updated"):
    """Only the fields that were set are changed."""

    name: str | None = None
    description: str | None = None


class ProjectDeleted(Event, type="project.deleted"):
    reason: str | None = None


class ProjectRestored(Event, type="project.restored"):
    pass


class ProjectPurged(Event, type="project.purged"):
    """Gone for good: the id stays in the log, nothing shows it any more."""
