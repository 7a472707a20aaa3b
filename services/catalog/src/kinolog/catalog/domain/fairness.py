"""Whose turn it is in one queue: higher lanes first, shares between projects, and no wait without end.

Within a lane a project is passed over while another one would still have less of the workers for its weight with one
job more. Among the rest goes the one that was given least lately for its weight (start-time fair queueing). Inside a
project the job that was queued first goes first.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from kinolog.catalog.domain.workload import Project
from kinolog.common.controls import ProjectShare
from kinolog.common.events.job import PickedBecause
from kinolog.common.worker.order import Turn

# Of three turns one goes to a job that waited too long, so that urgent ones still go.
_TURNS_BETWEEN_AGED: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A job that may start now, and since when it may."""

    job_id: str
    project_id: Project
    lane: int
    queued_sequence: int
    since: datetime


@dataclass(slots=True)
class Served:
    """What projects were given lately: for each a mark that moves on by 1/weight with each job.

    Nobody's mark is below the floor, the lowest of those that have something to do in the highest lane: whoever was
    away, or waited in a lower lane, starts there.
    """

    floor: float = 0.0
    turns_since_aged: int = _TURNS_BETWEEN_AGED
    _marks: dict[Project, float] = field(default_factory=dict)

    def mark(self, project_id: Project) -> float:
        return max(self.floor, self._marks.get(project_id, self.floor))

    def give(self, project_id: Project, weight: float, because: PickedBecause) -> None:
        self._marks[project_id] = self.mark(project_id) + 1 / weight
        self.turns_since_aged = 0 if because is PickedBecause.AGE else self.turns_since_aged + 1

    def raise_floor(self, heads: Sequence[Head]) -> None:
        first = max((head.lane for head in heads), default=0)
        self.floor = min((self.mark(head.project_id) for head in heads if head.lane == first), default=self.floor)
        self._marks = {project_id: mark for project_id, mark in self._marks.items() if mark > self.floor}

    def copy(self) -> "Served":
        return Served(self.floor, self.turns_since_aged, dict(self._marks))


@dataclass(slots=True, kw_only=True)
class Shares:
    """What projects may have: `running` is how many of their jobs run in this queue, `room` how many more may start.

    A project without a limit has no entry in `room`. The jobs in `given` were counted in it when they had their turn.
    """

    shares: Mapping[Project, ProjectShare] = field(default_factory=dict)
    running: dict[Project, int] = field(default_factory=dict)
    room: dict[Project, int] = field(default_factory=dict)
    given: Set[str] = frozenset()

    def weight(self, project_id: Project) -> float:
        return self.shares.get(project_id, ProjectShare()).weight

    def allows(self, head: Head) -> bool:
        return head.job_id in self.given or self.room.get(head.project_id, 1) > 0

    def take(self, head: Head) -> None:
        self.running[head.project_id] = self.running.get(head.project_id, 0) + 1
        if head.project_id in self.room and head.job_id not in self.given:
            self.room[head.project_id] -= 1

    def has(self, project_id: Project, more: int = 0) -> float:
        return (self.running.get(project_id, 0) + more) / self.weight(project_id)


def give_turns(
    heads: Sequence[Head], shares: Shares, served: Served, *, aged_before: datetime, most: int
) -> list[Turn]:
    """The next `most` turns. Takes them from `shares`, and leaves `served` as it is: a turn is no start yet."""
    line = _Line(heads, shares, served.copy(), aged_before)
    turns: list[Turn] = []
    while len(turns) < most and (turn := line.next_turn()) is not None:
        turns.append(turn)
    return turns


class _Line:
    """The jobs that are left to be given a turn: for each lane from the top, those of each project in order."""

    def __init__(self, heads: Iterable[Head], shares: Shares, served: Served, aged_before: datetime) -> None:
        self._shares = shares
        self._served = served
        self._aged_before = aged_before
        lanes: dict[int, dict[Project, deque[Head]]] = defaultdict(lambda: defaultdict(deque))
        for head in sorted(heads, key=lambda head: (-head.lane, head.queued_sequence)):
            lanes[head.lane][head.project_id].append(head)
        self._lanes = lanes

    def next_turn(self) -> Turn | None:
        lanes = [lane for lane in (self._first_ones(projects) for projects in self._lanes.values()) if lane]
        if not lanes:
            return None
        aged = self._aged(lanes)
        if aged is not None:
            return self._take(aged, PickedBecause.AGE)
        return self._take_fairly(lanes[0])

    def _first_ones(self, projects: Mapping[Project, deque[Head]]) -> list[Head]:
        """The first job of each project that may have one more."""
        return [waiting[0] for waiting in projects.values() if waiting and self._shares.allows(waiting[0])]

    def _aged(self, lanes: Sequence[Sequence[Head]]) -> Head | None:
        """The one that has waited longest behind higher lanes, where it is time for one that waited too long."""
        if self._served.turns_since_aged < _TURNS_BETWEEN_AGED:
            return None
        aged = [head for lane in lanes[1:] for head in lane if head.since <= self._aged_before]
        return min(aged, key=lambda head: (head.since, head.queued_sequence), default=None)

    def _take_fairly(self, lane: Sequence[Head]) -> Turn:
        least = min(self._shares.has(head.project_id, more=1) for head in lane)
        eligible = [head for head in lane if self._shares.has(head.project_id) < least]
        chosen = min(eligible, key=lambda head: (self._served.mark(head.project_id), head.queued_sequence))
        is_overtaking = any(
            waiting and waiting[0].queued_sequence < chosen.queued_sequence
            for waiting in self._lanes[chosen.lane].values()
        )
        return self._take(chosen, PickedBecause.SHARE if is_overtaking else PickedBecause.LANE)

    def _take(self, head: Head, because: PickedBecause) -> Turn:
        self._lanes[head.lane][head.project_id].popleft()
        self._shares.take(head)
        self._served.give(head.project_id, self._shares.weight(head.project_id), because)
        return Turn(job_id=head.job_id, queued_sequence=head.queued_sequence, because=because)
