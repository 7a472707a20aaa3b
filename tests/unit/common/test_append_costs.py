"""Which way appends go: the one that was measured to be cheaper for as many as there are."""

import asyncio
import time

import pytest

from kinolog.common.log.append_costs import AppendCosts, Stretch, Way, waited_seconds
from kinolog.common.worker.wait import loop_time

TRIAL_INTERVAL_SECONDS = 5.0


class Seconds:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def costs(seconds: Seconds) -> AppendCosts:
    return AppendCosts(TRIAL_INTERVAL_SECONDS, seconds)


def note(costs: AppendCosts, appends: int, *, alone: float, together: float) -> None:
    """Seconds per append, either way."""
    costs.note(Way.ALONE, appends, alone * appends)
    costs.note(Way.TOGETHER, appends, together * appends)


def test_a_lone_append_never_waits_for_a_trial(costs: AppendCosts) -> None:
    assert Way.ALONE is costs.cheaper(1)


def test_both_ways_are_tried_before_one_is_preferred(costs: AppendCosts) -> None:
    assert set(Way) == {costs.cheaper(64), costs.cheaper(64)}


@pytest.mark.parametrize(
    ("alone", "together", "way"),
    [(0.4, 0.1, Way.TOGETHER), (0.1, 0.4, Way.ALONE), (0.1, 0.09, Way.ALONE)],
    ids=["dear fsyncs", "dear groups", "hardly cheaper groups"],
)
def test_the_cheaper_way_is_taken(costs: AppendCosts, alone: float, together: float, way: Way) -> None:
    note(costs, 64, alone=alone, together=together)
    assert way is costs.cheaper(64)


def test_few_and_many_have_figures_of_their_own(costs: AppendCosts) -> None:
    note(costs, 3, alone=0.4, together=1.5)
    note(costs, 100, alone=0.4, together=0.1)
    assert [Way.ALONE, Way.TOGETHER] == [costs.cheaper(2), costs.cheaper(127)]


def test_a_number_without_figures_is_judged_by_the_nearest_after_its_trials(costs: AppendCosts) -> None:
    note(costs, 64, alone=0.4, together=0.1)
    trials = [costs.cheaper(32), costs.cheaper(32)]
    assert [Way.TOGETHER, Way.ALONE, Way.TOGETHER] == [*trials, costs.cheaper(32)]


def test_the_dearer_way_is_tried_again_in_time(costs: AppendCosts, seconds: Seconds) -> None:
    note(costs, 64, alone=0.1, together=0.4)
    seconds.now += TRIAL_INTERVAL_SECONDS
    costs.note(Way.ALONE, 64, 6.4)
    assert [Way.TOGETHER, Way.ALONE] == [costs.cheaper(64), costs.cheaper(64)]


def test_one_slow_moment_is_forgotten_with_the_next_trial(costs: AppendCosts, seconds: Seconds) -> None:
    note(costs, 64, alone=0.4, together=9.0)
    seconds.now += TRIAL_INTERVAL_SECONDS
    note(costs, 64, alone=0.4, together=0.1)
    assert Way.TOGETHER is costs.cheaper(64)


def test_one_slow_moment_weighs_little_among_fresh_figures(costs: AppendCosts) -> None:
    note(costs, 64, alone=0.4, together=0.1)
    costs.note(Way.TOGETHER, 64, 64 * 0.5)
    assert Way.TOGETHER is costs.cheaper(64)


def test_a_stretch_lasts_until_as_many_are_answered_as_were_under_way(costs: AppendCosts, seconds: Seconds) -> None:
    stretch = Stretch(costs, seconds)
    for under_way in range(1, 5):
        stretch.departed(under_way)
    for _ in range(4):
        seconds.now += 0.5
        stretch.answered()
    assert 0.5 == costs.seconds_each(Way.ALONE, 4)


def test_a_stretch_with_a_failure_is_not_counted(costs: AppendCosts, seconds: Seconds) -> None:
    stretch = Stretch(costs, seconds)
    stretch.departed(1)
    stretch.departed(2)
    stretch.failed()
    stretch.answered()
    assert 0.0 == costs.seconds_each(Way.ALONE, 2)


def compute(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


async def test_what_the_process_computes_is_no_waiting() -> None:
    began_at, waited_before = loop_time(), waited_seconds()
    compute(0.02)
    waited = waited_seconds() - waited_before
    assert waited <= loop_time() - began_at - 0.02


async def test_waiting_for_an_answer_is_waiting() -> None:
    waited_before = waited_seconds()
    await asyncio.sleep(0.02)
    assert waited_seconds() - waited_before > 0.01


def test_appends_that_nobody_waited_for_cost_nothing(costs: AppendCosts) -> None:
    note(costs, 64, alone=-0.001, together=0.1)
    assert (Way.ALONE, 0.0) == (costs.cheaper(64), costs.seconds_each(Way.ALONE, 64))
