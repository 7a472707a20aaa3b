"""What there is to do: the unfinished jobs by queue, lane and project, and what people have set about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from kinolog.common.controls import Control, ProjectShare, QueueControl, queue_setting, share_setting
from kinolog.common.subjects import QUEUES

Project = str | None
C = TypeVar("C", bound=Control)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The pending jobs of one queue, lane and project. `waiting` ones may start, `delayed` ones wait for their time.

    `oldest_since` is since when the first of those waiting may start, `next_at` when the next delayed one may.
    """

    queue: str
    lane: int
    project_id: Project
    waiting: int = 0
    delayed: int = 0
    oldest_since: datetime | None = None
    next_at: datetime | None = None

    def joined_with(self, other: "Group") -> "Group":
        """Both in one. They are of the same queue, lane and project."""
        return replace(
            self,
            waiting=self.waiting + other.waiting,
            delayed=self.delayed + other.delayed,
            oldest_since=_earlier(self.oldest_since, other.oldest_since),
            next_at=_earlier(self.next_at, other.next_at),
        )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How many jobs of one queue, lane and project run."""

    queue: str
    lane: int
    project_id: Project
    count: int


SETTINGS_OF_WORK: Final = (queue_setting(""), share_setting("\0").partition("\0")[0])
"""How the names of the settings begin that are asked for below: others may be large."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The values that are set, by the names of the settings. What is not set, or makes no sense, is the default."""

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def queue(self, name: str) -> QueueControl:
        return self._read(QueueControl, queue_setting(name))

    def share(self, project_id: Project) -> ProjectShare:
        return ProjectShare() if project_id is None else self._read(ProjectShare, share_setting(project_id))

    def set_queues(self) -> set[str]:
        """The queues that have a setting."""
        prefix = queue_setting("")
        return {name.removeprefix(prefix) for name in self.values if name.startswith(prefix)}

    @property
    def have_a_limit(self) -> bool:
        """Whether there is a project of which only so many jobs may run."""
        prefix, suffix = share_setting("\0").split("\0")
        names = (name for name in self.values if name.startswith(prefix) and name.endswith(suffix))
        return any(self._read(ProjectShare, name).max_running is not None for name in names)

    def _read(self, control: type[C], name: str) -> C:
        try:
            return control.model_validate(self.values.get(name, {}))
        except ValidationError:
            return control()


@dataclass(frozen=True, slots=True)
class Workload:
    """All of it at one moment, as far as the rows tell."""

    groups: Sequence[Group] = ()
    running: Sequence[Running] = ()
    settings: Settings = Settings()

    def queues(self) -> list[str]:
        """Those with jobs; all of them where a project has a limit, which must hold from its first job on."""
        return sorted({group.queue for group in self.groups}.union(QUEUES if self.settings.have_a_limit else ()))

    def groups_of(self, queue: str) -> list[Group]:
        return [group for group in self.groups if group.queue == queue]

    def running_of(self, project_id: Project, queue: str | None = None) -> int:
        """How many jobs of a project run, everywhere or in one queue."""
        return sum(
            each.count
            for each in self.running
            if each.project_id == project_id and (queue is None or each.queue == queue)
        )
