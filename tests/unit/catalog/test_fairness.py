"""Turns: exact lanes, order inside a project, shares by weight, limits, and no wait without end."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kinolog.catalog.domain.fairness import Head, Served, Shares, give_turns
from kinolog.common.controls import ProjectShare
from kinolog.common.events.job import PickedBecause
from kinolog.common.testing.examples import NOON
from kinolog.common.worker.order import Turn

BOUND = timedelta(minutes=15)
NEVER = NOON - BOUND


def heads_of(places: Sequence[tuple[str, int]], **changes: Any) -> list[Head]:
    """Jobs of these projects and lanes, queued one after the other at noon."""
    return [
        Head(
            **{
                "job_id": f"job_{sequence}",
                "project_id": project,
                "lane": lane,
                "queued_sequence": sequence,
                "since": NOON,
                **changes,
            }
        )
        for sequence, (project, lane) in enumerate(places, start=1)
    ]


def turns(heads: Sequence[Head], shares: Shares | None = None, *, most: int = 1_000, **served: Any) -> list[Turn]:
    return give_turns(heads, shares or Shares(), Served(**served), aged_before=NEVER, most=most)


def weights(**of_project: float) -> dict[str | None, ProjectShare]:
    return {project: ProjectShare(weight=weight) for project, weight in of_project.items()}


queues = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10)), max_size=40)
rooms: st.SearchStrategy[dict[str | None, int]] = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9))


@settings(deadline=None)
@given(queues)
def test_every_job_gets_a_turn_and_only_one(places: list[tuple[str, int]]) -> None:
    heads = heads_of(places)
    assert sorted(head.job_id for head in heads) == sorted(turn.job_id for turn in turns(heads))


@settings(deadline=None)
@given(queues)
def test_a_higher_lane_always_goes_first(places: list[tuple[str, int]]) -> None:
    lane_of = {head.job_id: head.lane for head in heads_of(places)}
    lanes = [lane_of[turn.job_id] for turn in turns(heads_of(places))]
    assert sorted(lanes, reverse=True) == lanes


@settings(deadline=None)
@given(queues)
def test_a_project_keeps_its_order_within_a_lane(places: list[tuple[str, int]]) -> None:
    place_of = {f"job_{sequence}": place for sequence, place in enumerate(places, start=1)}
    given_turns = sorted(turns(heads_of(places)), key=lambda turn: place_of[turn.job_id])
    for _, group in groupby(given_turns, key=lambda turn: place_of[turn.job_id]):
        sequences = [turn.queued_sequence for turn in group]
        assert sorted(sequences) == sequences


@settings(deadline=None)
@given(queues, rooms)
def test_limits_are_never_exceeded_and_nothing_else_is_held_back(
    places: list[tuple[str, int]], room: dict[str | None, int]
) -> None:
    heads = heads_of(places)
    project_of = {head.job_id: head.project_id for head in heads}
    counts = Counter(project_of[turn.job_id] for turn in turns(heads, Shares(room=dict(room))))
    wanted = Counter(project_of.values())
    assert {project: min(count, room.get(project, count)) for project, count in wanted.items()} == {
        project: counts[project] for project in wanted
    }


def test_a_turn_that_was_given_before_takes_no_room_again() -> None:
    heads = heads_of([("a", 0), ("a", 0)])
    shares = Shares(room={"a": 0}, given={"job_1"})
    assert ["job_1"] == [turn.job_id for turn in turns(heads, shares)]


def test_projects_take_turns_and_a_turn_out_of_order_says_so() -> None:
    given_turns = turns(heads_of([("a", 0), ("a", 0), ("b", 0)]))
    expected = [("job_1", PickedBecause.LANE), ("job_3", PickedBecause.SHARE), ("job_2", PickedBecause.LANE)]
    assert expected == [(turn.job_id, turn.because) for turn in given_turns]


def test_whoever_has_less_of_the_workers_goes_first() -> None:
    heads = heads_of([("a", 0), ("a", 0), ("b", 0), ("b", 0)])
    given_turns = turns(heads, Shares(running={"a": 3}))
    assert ["job_3", "job_4", "job_1", "job_2"] == [turn.job_id for turn in given_turns]


small = st.sampled_from([0.5, 1.0, 2.0, 3.0])


@settings(deadline=None)
@given(st.tuples(small, small, small), st.integers(1, 5))
def test_over_a_long_run_each_pair_is_within_one_job_of_its_weights(given_weights: Any, slots: int) -> None:
    of_project = dict(zip("abc", given_weights, strict=True))
    served, counts = Served(), Counter[str | None]()
    for round_number in range(200):
        heads = heads_of([(project, 0) for project in "abc" for _ in range(slots)])
        project_of = {head.job_id: head.project_id for head in heads}
        for turn in turns_with(served, heads, Shares(shares=weights(**of_project)), slots):
            served.give(project_of[turn.job_id], of_project[str(project_of[turn.job_id])], turn.because)
            counts[project_of[turn.job_id]] += 1
        served.raise_floor(heads)
        assert_within_a_job(counts, of_project, slots, round_number)


def turns_with(served: Served, heads: Sequence[Head], shares: Shares, most: int) -> list[Turn]:
    return give_turns(heads, shares, served, aged_before=NEVER, most=most)


def assert_within_a_job(counts: Counter[str | None], of_project: dict[str, float], slots: int, at: int) -> None:
    for one, weight in of_project.items():
        for other, other_weight in of_project.items():
            difference = abs(counts[one] / weight - counts[other] / other_weight)
            assert difference <= 1 / weight + 1 / other_weight + 1e-6, (at, slots, counts)


def test_a_project_that_comes_back_makes_up_for_nothing() -> None:
    served = Served()
    for _ in range(100):
        served.give("a", 1.0, PickedBecause.LANE)
        served.raise_floor(heads_of([("a", 0)]))
    given_turns = turns_with(served, heads_of([("a", 0)] * 3 + [("b", 0)] * 3), Shares(), 6)
    assert ["job_1", "job_4", "job_2", "job_5", "job_3", "job_6"] == [turn.job_id for turn in given_turns]


def test_one_turn_of_three_goes_to_a_job_that_waited_too_long() -> None:
    urgent = heads_of([("a", 9)] * 6)
    old = heads_of([("a", 0)] * 3, since=NOON - BOUND)
    old = [Head(**{**_fields(head), "job_id": f"old_{head.queued_sequence}"}) for head in old]
    given_turns = turns([*urgent, *old])
    assert ["AGE", "LANE", "LANE"] * 3 == [turn.because.name for turn in given_turns]


def _fields(head: Head) -> dict[str, Any]:
    return {name: getattr(head, name) for name in Head.__slots__}


def test_an_aged_turn_is_not_given_again_before_two_others_were_taken() -> None:
    heads = [*heads_of([("a", 9)]), *heads_of([("b", 0)], since=NOON - BOUND)]
    assert PickedBecause.LANE is turns(heads, turns_since_aged=1)[0].because
    assert PickedBecause.AGE is turns(heads, turns_since_aged=2)[0].because


def test_the_first_lane_ages_in_order() -> None:
    """Only whoever waits behind a higher lane is helped; the others come by their share."""
    assert PickedBecause.LANE is turns(heads_of([("a", 3)], since=NOON - BOUND))[0].because
