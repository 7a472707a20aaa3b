"""What the log is to say of an old library: its projects and videos as events, each at its own time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kinolog.cli.library.export import OldProject, OldVideo
from kinolog.common.aggregates import JOB, PROJECT, VIDEO
from kinolog.common.events import Event
from kinolog.common.events.project import ProjectCreated, ProjectDeleted, ProjectUpdated
from kinolog.common.events.video import VideoDeleted, VideoUpdated
from kinolog.common.ids import derived_id
from kinolog.common.media.identity import Identity

_REASON: Final = "It was deleted in the library that it comes from."


@dataclass(frozen=True, slots=True)
class Step:
    """Events that happened together. Without a time they happen when they are told."""

    at: datetime | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """The ids that things get here. Two libraries that count from 1 are kept apart by what they are called."""

    library: str

    def project(self, old_id: str) -> str:
        return derived_id(PROJECT.id_prefix, "import", self.library, old_id)

    def video(self, old_id: str) -> str:
        return derived_id(VIDEO.id_prefix, "import", self.library, old_id)

    def analysis(self, old_id: str) -> str:
        """The job."""
        return derived_id(JOB.id_prefix, "import", self.library, old_id)


def of_project(old: OldProject) -> list[Step]:
    created = Step(_birth(old), (ProjectCreated(name=old.name, description=old.description),))
    return [created, *_later(old, ProjectUpdated(name=old.name), ProjectDeleted(reason=_REASON))]


def of_video(old: OldVideo, *made: Event) -> list[Step]:
    """`made` is what its file comes to; without a file there is nothing but what came later."""
    created = [Step(_birth(old), made)] if made else []
    return [*created, *_later(old, VideoUpdated(title=old.title), VideoDeleted(reason=_REASON))]


def identity_of(old: OldVideo, names: Names, *, has_parent: bool) -> Identity:
    return Identity(
        project_id=names.project(old.project_old_id),
        title=old.title,
        filename=old.filename,
        source_url=old.source_url,
        source_id=f"import:{old.old_id}",
        is_clip=old.is_clip,
        parent_video_id=names.video(old.parent_old_id or "") if has_parent else None,
    )


def _birth(old: OldProject | OldVideo) -> datetime | None:
    return old.created_at or old.updated_at


def _later(old: OldProject | OldVideo, updated: Event, deleted: Event) -> list[Step]:
    """What was changed is not known any more, only when, and how it was then."""
    steps = []
    if old.updated_at is not None and old.updated_at != _birth(old):
        steps.append(Step(old.updated_at, (updated,)))
    if old.is_deleted:
        steps.append(Step(old.updated_at or _birth(old), (deleted,)))
    return steps
