"""When a queue is given out in turns, and what is remembered from one order of turns to the next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kinolog.catalog.domain.fairness import Head, Served, Shares, give_turns
from kinolog.catalog.domain.workload import Group, Project, Workload
from kinolog.common.events.job import PickedBecause
from kinolog.common.worker.order import Turn


def needs_turns(groups: Sequence[Group], aged_before: datetime) -> bool:
    """Whether the lanes alone would not do: projects compete, or a job waits too long below others."""
    waiting = [group for group in groups if group.waiting]
    if not waiting:
        return False
    if len({group.project_id for group in waiting}) > 1:
        return True
    top = max(group.lane for group in waiting)
    return any(group.lane < top and is_aged(group, aged_before) for group in waiting)


def is_aged(group: Group, aged_before: datetime) -> bool:
    return group.oldest_since is not None and group.oldest_since <= aged_before


def groups_to_look_at(groups: Iterable[Group], aged_before: datetime, most: int) -> list[Group]:
    """Those from which the next `most` turns may come: the highest lanes and the oldest in them, and the aged ones."""
    waiting = sorted((group for group in groups if group.waiting), key=lambda group: (-group.lane, _since(group)))
    aged = sorted((group for group in waiting[most:] if is_aged(group, aged_before)), key=_since)
    return [*waiting[:most], *aged[:most]]


def next_moment(groups: Iterable[Group], longest_wait: timedelta) -> datetime | None:
    """When time alone may change whether turns are needed: a delayed job's time comes, or a job has waited too long."""
    delayed = [group.next_at for group in groups if group.next_at is not None]
    aging = [group.oldest_since + longest_wait for group in groups if group.oldest_since is not None]
    return min([*delayed, *aging], default=None)


def _since(group: Group) -> datetime:
    return group.oldest_since or datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Given:
    """A turn that was given, and when it was first."""

    queue: str
    project_id: Project
    weight: float
    because: PickedBecause
    at: datetime


@dataclass(slots=True)
class Memory:
    """The turns that may be taken at any moment, and what each queue's projects were given lately."""

    _given: dict[str, Given] = field(default_factory=dict)
    _served: dict[str, Served] = field(default_factory=dict)

    def served(self, queue: str) -> Served:
        return self._served.setdefault(queue, Served())

    def started(self, job_id: str) -> None:
        """A turn was taken."""
        given = self._given.pop(job_id, None)
        if given is not None:
            self.served(given.queue).give(given.project_id, given.weight, given.because)

    def forget_before(self, moment: datetime) -> None:
        """Turns that nobody took count no longer."""
        self._given = {job_id: given for job_id, given in self._given.items() if given.at >= moment}

    def given(self) -> dict[str, Given]:
        return self._given

    def remember(self, job_id: str, given: Given) -> None:
        self._given.setdefault(job_id, given)


def room_of(workload: Workload, memory: Memory) -> dict[Project, int]:
    """How many more jobs the limited projects may start, what was given and is not taken yet counted as started."""
    room: dict[Project, int] = {}
    for project_id in {group.project_id for group in workload.groups}:
        most = workload.settings.share(project_id).max_running
        if most is not None:
            given = sum(each.project_id == project_id for each in memory.given().values())
            room[project_id] = most - workload.running_of(project_id) - given
    return room


def has_room(project_id: Project, room: Mapping[Project, int], memory: Memory) -> bool:
    """Whether a project may be given a turn: a new one, or once more one that it was given and has not taken."""
    is_given = any(each.project_id == project_id for each in memory.given().values())
    return is_given or room.get(project_id, 1) > 0


def turns_of(
    queue: str,
    heads: Sequence[Head],
    workload: Workload,
    memory: Memory,
    room: dict[Project, int],
    *,
    now: datetime,
    aged_before: datetime,
    most: int,
) -> list[Turn]:
    """The order of one queue; takes from `room` and is remembered."""
    projects = {head.project_id for head in heads}
    shares = Shares(
        shares={project_id: workload.settings.share(project_id) for project_id in projects},
        running={project_id: workload.running_of(project_id, queue) for project_id in projects},
        room=room,
        given=memory.given().keys(),
    )
    served = memory.served(queue)
    served.raise_floor(heads)
    turns = give_turns(heads, shares, served, aged_before=aged_before, most=most)
    project_of = {head.job_id: head.project_id for head in heads}
    for turn in turns:
        project_id = project_of[turn.job_id]
        weight = shares.weight(project_id)
        memory.remember(turn.job_id, Given(queue, project_id, weight, turn.because, now))
    return turns
