"""Dispatch: tells the workers of a queue whose turn it is, while its lanes alone would not be fair.

It is advice, made anew from the rows whenever something has changed. Without it workers take the lanes as they come.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from kinolog.catalog.domain.bell import Bell, Hearing
from kinolog.catalog.domain.dispatch import (
    Memory,
    groups_to_look_at,
    has_room,
    needs_turns,
    next_moment,
    room_of,
    turns_of,
)
from kinolog.catalog.domain.fairness import Head
from kinolog.catalog.domain.workload import Group, Project, Workload
from kinolog.catalog.handlers.manager import keep_looking
from kinolog.common.clock import Clock
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import (
    JobAttemptFailed,
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobQueued,
    JobSnoozed,
    JobStarted,
)
from kinolog.common.events.setting import SettingChanged, SettingCleared
from kinolog.common.worker.order import DispatchOrder, Turn

# A worker follows an order for as long.
_TURN_LASTS: Final = timedelta(seconds=3)
# Looking takes longer the more jobs wait, so it is followed by a rest: of as many times that, but no longer than a
# part of the time in which an order is repeated.
_REST_FACTOR: Final = 20
_LONGEST_REST: Final = 1.0
_LONGEST_REST_MANAGED: Final = 0.2


class Work(Protocol):
    """Both raise StoreUnavailable."""

    async def workload(self, now: datetime) -> Workload: ...

    async def heads(self, groups: Sequence[Group], now: datetime, most: int) -> list[Head]:
        """The first `most` jobs of each group that may start, in the order in which they were queued."""
        ...


class Orders(Protocol):
    async def publish(self, order: DispatchOrder) -> None: ...


@dataclass(slots=True, kw_only=True)
class Dispatch:
    work: Work
    orders: Orders
    clock: Clock
    longest_wait_seconds: float
    turns: int
    repeat_seconds: float
    bell: Bell = field(default_factory=Bell)
    _memory: Memory = field(default_factory=Memory)
    _managed: set[str] = field(default_factory=set)

    def attend(self, hearing: Hearing) -> None:
        ended = (JobAttemptFailed, JobSnoozed, JobFailed, JobCancelled, JobCompleted)
        hearing.listen(lambda _: self.bell.ring(), JobQueued, *ended, SettingChanged, SettingCleared)
        hearing.listen(self.on_started, JobStarted)

    def on_started(self, recorded: RecordedEvent) -> None:
        self._memory.started(recorded.subject.id)
        self.bell.ring()

    async def keep_going(self, pause_seconds: float, interval_seconds: float) -> None:
        await keep_looking(
            self._look_and_rest, self.bell, pause_seconds=pause_seconds, interval_seconds=interval_seconds
        )

    async def _look_and_rest(self) -> float | None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        again_seconds = await self.look()
        longest_seconds = self.repeat_seconds * (_LONGEST_REST_MANAGED if self._managed else _LONGEST_REST)
        await asyncio.sleep(min(_REST_FACTOR * (loop.time() - began), longest_seconds))
        return again_seconds

    async def look(self) -> float | None:
        """Publish the orders that are needed, and return in how many seconds to look again, if time changes any."""
        now = self.clock()
        workload = await self.work.workload(now)
        self._memory.forget_before(now - _TURN_LASTS)
        room = room_of(workload, self._memory)
        managed = {queue for queue in workload.queues() if self._is_managed(queue, workload, now)}
        for queue in _rotated(sorted(managed), now):
            turns = await self._turns(queue, workload, room, now)
            await self.orders.publish(DispatchOrder(queue=queue, at=now, is_managed=True, turns=tuple(turns)))
        for queue in self._managed - managed:
            await self.orders.publish(DispatchOrder(queue=queue, at=now, is_managed=False))
        self._managed = managed
        return self.repeat_seconds if managed else self._seconds_until_change(workload, now)

    def _is_managed(self, queue: str, workload: Workload, now: datetime) -> bool:
        settings = workload.settings
        if settings.queue(queue).is_paused or settings.have_a_limit:
            return True
        return needs_turns(workload.groups_of(queue), self._aged_before(now))

    async def _turns(self, queue: str, workload: Workload, room: dict[Project, int], now: datetime) -> list[Turn]:
        if workload.settings.queue(queue).is_paused:
            return []
        aged_before = self._aged_before(now)
        groups = [group for group in workload.groups_of(queue) if has_room(group.project_id, room, self._memory)]
        heads = await self.work.heads(groups_to_look_at(groups, aged_before, self.turns), now, self.turns)
        return turns_of(queue, heads, workload, self._memory, room, now=now, aged_before=aged_before, most=self.turns)

    def _aged_before(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self.longest_wait_seconds)

    def _seconds_until_change(self, workload: Workload, now: datetime) -> float | None:
        moment = next_moment(workload.groups, timedelta(seconds=self.longest_wait_seconds))
        return None if moment is None else max(self.repeat_seconds, (moment - now).total_seconds())


def _rotated(queues: Sequence[str], now: datetime) -> list[str]:
    """Each queue comes first in its turn, so that a project with a limit gets on in all of them."""
    if not queues:
        return []
    first = int(now.timestamp() // _TURN_LASTS.total_seconds()) % len(queues)
    return [*queues[first:], *queues[:first]]
