"""Orders are published while the lanes alone would not be fair, and ended when they would."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from kinolog.catalog.domain.bell import Hearing
from kinolog.catalog.domain.fairness import Head
from kinolog.catalog.domain.workload import Group, Running, Settings, Workload
from kinolog.catalog.handlers.dispatch import Dispatch
from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.job_decisions import start_attempt
from kinolog.common.events.job import PickedBecause
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, submitted
from kinolog.common.worker.order import DispatchOrder

SECOND = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass
class Scene:
    """What waits and what runs, as the rows tell, and the orders that were published."""

    now: datetime = NOON
    waiting: list[tuple[str, Head]] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    published: list[DispatchOrder] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dispatch = Dispatch(
            work=self,
            orders=self,
            clock=lambda: self.now,
            longest_wait_seconds=LONGEST_WAIT.total_seconds(),
            turns=64,
            repeat_seconds=1.0,
        )

    def wait(self, project: str, *, lane: int = 0, queue: str = "render", job_id: str = "", **changes: Any) -> None:
        number = len(self.waiting) + 1
        values = {"project_id": project, "lane": lane, "queued_sequence": number, "since": self.now, **changes}
        self.waiting.append((queue, Head(job_id=job_id or f"job_{number}", **values)))

    def start(self, job_id: str) -> None:
        queue, head = next(each for each in self.waiting if each[1].job_id == job_id)
        self.waiting.remove((queue, head))
        self.running.append(Running(queue=queue, lane=head.lane, project_id=head.project_id, count=1))

    async def workload(self, now: datetime) -> Workload:
        keys = {(queue, head.lane, head.project_id) for queue, head in self.waiting}
        groups = [self._group(*key) for key in sorted(keys)]
        return Workload(groups, self.running, Settings(self.settings))

    def _group(self, queue: str, lane: int, project_id: str | None) -> Group:
        heads = self._heads(queue, lane, project_id)
        oldest = min(head.since for head in heads)
        return Group(queue=queue, lane=lane, project_id=project_id, waiting=len(heads), oldest_since=oldest)

    def _heads(self, *key: Any) -> list[Head]:
        return [head for queue, head in self.waiting if (queue, head.lane, head.project_id) == key]

    async def heads(self, groups: Sequence[Group], now: datetime, most: int) -> list[Head]:
        return [head for each in groups for head in self._heads(each.queue, each.lane, each.project_id)[:most]]

    async def publish(self, order: DispatchOrder) -> None:
        self.published.append(order)

    async def look(self, queue: str = "render") -> list[str] | None:
        """The jobs whose turn it is, None where the lanes are left to themselves."""
        self.published.clear()
        await self.dispatch.look()
        orders = [order for order in self.published if order.queue == queue and order.is_managed]
        return [turn.job_id for turn in orders[-1].turns] if orders else None


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_one_project_alone_takes_the_lanes_as_they_come(scene: Scene) -> None:
    scene.wait("a")
    scene.wait("a", lane=9)
    assert await scene.look() is None


async def test_two_projects_take_turns(scene: Scene) -> None:
    for project in "aab":
        scene.wait(project)
    assert ["job_1", "job_3", "job_2"] == await scene.look()


async def test_each_queue_has_an_order_of_its_own(scene: Scene) -> None:
    for project, queue in (("a", "render"), ("b", "render"), ("a", "ingest")):
        scene.wait(project, queue=queue)
    assert (["job_1", "job_2"], None) == (await scene.look("render"), await scene.look("ingest"))


async def test_the_last_order_of_a_queue_ends_it(scene: Scene) -> None:
    for project in "ab":
        scene.wait(project)
    await scene.look()
    scene.waiting.clear()
    await scene.look()
    assert [(False, ())] == [(order.is_managed, order.turns) for order in scene.published]
    await scene.look()
    assert [] == scene.published


async def test_a_paused_queue_gives_no_turns(scene: Scene) -> None:
    scene.settings = {"queue.render": {"is_paused": True}}
    scene.wait("a")
    assert [] == await scene.look()


async def test_a_project_has_no_more_turns_than_it_may_run_jobs(scene: Scene) -> None:
    scene.settings = {"project.a.share": {"max_running": 2}}
    for _ in range(3):
        scene.wait("a")
    assert ["job_1", "job_2"] == await scene.look()
    scene.start("job_1")
    assert ["job_2"] == await scene.look()


async def test_a_limit_holds_from_the_first_job_on(scene: Scene) -> None:
    scene.settings = {"project.a.share": {"max_running": 2}}
    assert [] == await scene.look()


async def test_a_limit_counts_all_queues_and_turns_that_were_not_taken_yet(scene: Scene) -> None:
    scene.settings = {"project.a.share": {"max_running": 1}}
    scene.wait("a", queue="ingest")
    scene.wait("a", queue="render")
    given = [await scene.look("ingest"), await scene.look("render")]
    assert 1 == sum(len(turns or ()) for turns in given)


async def test_a_turn_that_nobody_takes_passes_to_the_next_queue(scene: Scene) -> None:
    scene.settings = {"project.a.share": {"max_running": 1}}
    scene.wait("a", queue="ingest")
    scene.wait("a", queue="render")
    seen: list[str] = []
    for _ in range(14):
        seen += await scene.look("ingest") or []
        seen += await scene.look("render") or []
        scene.now += SECOND
    assert {"job_1", "job_2"} == set(seen)


async def test_a_job_that_waits_too_long_below_others_comes_first(scene: Scene) -> None:
    scene.wait("a")
    scene.now += LONGEST_WAIT
    scene.wait("a", lane=9)
    assert ["job_1", "job_2"] == await scene.look()
    assert PickedBecause.AGE is scene.published[0].turns[0].because


async def test_settings_that_make_no_sense_are_the_defaults(scene: Scene) -> None:
    scene.settings = {"project.a.share": {"weight": "much"}, "queue.render": {"is_paused": "perhaps"}}
    scene.wait("a")
    assert await scene.look() is None


async def test_it_looks_again_when_time_alone_changes_something(scene: Scene) -> None:
    scene.wait("a")
    assert LONGEST_WAIT.total_seconds() == await scene.dispatch.look()
    scene.wait("b")
    assert 1.0 == await scene.dispatch.look()
    scene.waiting.clear()
    assert await scene.dispatch.look() is None


async def test_whoever_was_given_a_turn_that_was_taken_is_next_after_the_others(scene: Scene) -> None:
    log, hearing = MemoryLog(), Hearing()
    scene.dispatch.attend(hearing)
    ids = [await submitted(log) for _ in range(2)]
    for project, job_id in zip("ab", ids, strict=True):
        scene.wait(project, job_id=job_id)
    await scene.look()
    loaded = await load(log, JOB, ids[0])
    await log.append(loaded.changes(start_attempt(loaded.require(), worker="w", lease_seconds=1)), ORIGIN)
    scene.waiting.pop(0)
    hearing.tell((await log.scan(0, 9)).entries)
    scene.wait("a", job_id="again", queued_sequence=0)
    assert [ids[1], "again"] == await scene.look()
