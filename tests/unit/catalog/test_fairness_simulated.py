"""Whole queues played through: who is done when, with so many slots, and jobs that take as long as they take."""

import heapq
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from kinolog.catalog.domain.fairness import Head, Served, Shares, give_turns
from kinolog.common.testing.examples import NOON

TURNS = 8


@dataclass
class Play:
    """A queue whose workers take the first turn of an order whenever a slot is free. Times in seconds."""

    slots: int
    longest_wait_seconds: float = 900.0
    now: float = 0.0
    served: Served = field(default_factory=Served)
    waiting: dict[tuple[str, int], deque[tuple[Head, float]]] = field(default_factory=dict)
    running: list[tuple[float, int, str]] = field(default_factory=list)
    finished_at: dict[str, float] = field(default_factory=dict)
    started: list[Head] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def submit(self, project: str, *, lane: int = 0, jobs: int = 1, seconds: float = 1.0) -> None:
        since = NOON + timedelta(seconds=self.now)
        for number in (next(self.numbers) for _ in range(jobs)):
            head = Head(job_id=f"{number}", project_id=project, lane=lane, queued_sequence=number, since=since)
            self.waiting.setdefault((project, lane), deque()).append((head, seconds))

    def step(self) -> None:
        """Fill the free slots, then let time pass until the next one is free."""
        while len(self.running) < self.slots and self._start():
            pass
        self.now, _, project = heapq.heappop(self.running)
        self.finished_at[project] = self.now

    def _start(self) -> bool:
        heads = [head for jobs in self.waiting.values() for head, _ in list(jobs)[:TURNS]]
        running = Counter[str | None](project for _, _, project in self.running)
        aged_before = NOON + timedelta(seconds=self.now - self.longest_wait_seconds)
        self.served.raise_floor(heads)
        turns = give_turns(heads, Shares(running=running), self.served, aged_before=aged_before, most=1)
        if not turns:
            return False
        jobs = next(jobs for jobs in self.waiting.values() if jobs and jobs[0][0].job_id == turns[0].job_id)
        head, seconds = jobs.popleft()
        self.served.give(head.project_id, 1.0, turns[0].because)
        heapq.heappush(self.running, (self.now + seconds, head.queued_sequence, str(head.project_id)))
        self.started.append(head)
        return True

    def is_done(self, project: str) -> bool:
        is_running = any(each[2] == project for each in self.running)
        return not is_running and not any(jobs for (of, _), jobs in self.waiting.items() if of == project)

    def play_until_done(self, project: str) -> float:
        while not self.is_done(project):
            self.step()
        return self.finished_at[project]


lengths = st.sampled_from([0.5, 1.0, 2.0, 5.0])


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 8), lengths, lengths)
def test_ten_jobs_beside_many_take_at_most_twice_as_long_as_alone(slots: int, big: float, small: float) -> None:
    alone, beside = Play(slots), Play(slots)
    alone.submit("small", jobs=10, seconds=small)
    beside.submit("big", jobs=10_000, seconds=big)
    beside.step()
    begun_at = beside.now
    beside.submit("small", jobs=10, seconds=small)
    took = beside.play_until_done("small") - begun_at
    # What runs already is not stopped: a job of the big project may hold each slot once more.
    assert took <= 2 * alone.play_until_done("small") + alternating(slots, big, small)


def alternating(slots: int, big: float, small: float) -> float:
    """With a single slot every other turn is the big project's, however long its jobs are."""
    return 10 * max(0.0, big - small) if slots == 1 else 2 * big


def test_the_lowest_lane_goes_on_under_a_stream_of_urgent_jobs() -> None:
    play = Play(slots=2, longest_wait_seconds=60.0)
    play.submit("patient", jobs=3)
    while not play.is_done("patient"):
        play.submit("urgent", lane=10, jobs=4)
        play.step()
        assert play.now < 70.0
    urgent = [head for head in play.started[-10:] if head.lane == 10]
    assert len(urgent) >= 6


def test_whoever_comes_while_others_wait_in_a_lower_lane_makes_up_for_nothing() -> None:
    play = Play(slots=1)
    play.submit("patient", jobs=1)
    play.submit("settled", lane=10, jobs=200)
    while len(play.started) < 100:
        play.step()
    play.submit("newcomer", lane=10, jobs=100)
    play.play_until_done("settled")
    assert ["newcomer", "settled"] * 5 == [head.project_id for head in play.started[102:112]]
