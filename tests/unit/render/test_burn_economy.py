"""When captions are burned by encoding a part of the film, and how that is told."""

from typing import Any

import pytest
from harness.facts import film_facts
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue
from kinolog.common.testing.examples import a_video
from kinolog.render.domain.economy import Economy, caption_spans, covered_seconds
from kinolog.render.domain.obstacle import Obstacle, PartialRefused, because_of
from kinolog.render.domain.partial import Copied, PartialPlan, Renewed

FACTS = film_facts()
ECONOMY = Economy(max_share=0.5, min_saved_pixels=40_000)


def plan(copied: int, renewed: int) -> PartialPlan:
    run = Renewed(fed_from=copied, first=copied, end=copied + renewed, shown=tuple(range(copied, copied + renewed)))
    return PartialPlan(pieces=(Copied(first=0, end=copied), run), windows=((0.0, 100.0),))


def test_little_that_changes_is_worth_it() -> None:
    ECONOMY.refuse_crowded([(10.0, 20.0)], FACTS)
    ECONOMY.refuse_costly(plan(90, 10), FACTS)


@pytest.mark.parametrize(
    ("changes", "is_hopeful"),
    [({}, True), ({"frame_rate": None}, False), ({"duration": 15.0}, False), ({"width": 10, "height": 9}, False)],
)
def test_what_is_recorded_of_a_video_gives_hope_or_none(changes: dict[str, Any], is_hopeful: bool) -> None:
    video = a_video(**{"duration": 100.0, "width": 100, "height": 10, "frame_rate": 1.0, **changes})
    assert is_hopeful == ECONOMY.hopes_for([(10.0, 20.0)], video)


def test_captions_nearly_everywhere_are_not_even_planned() -> None:
    with pytest.raises(PartialRefused) as refused:
        ECONOMY.refuse_crowded([(0.0, 60.0), (50.0, 80.0)], FACTS)
    assert "all frames were encoded: too little of it could stay as it is (80% of the frames change)" == because_of(
        refused.value
    )


def test_groups_that_change_nearly_everywhere_are_not_worth_it() -> None:
    with pytest.raises(PartialRefused, match="51% of the frames change"):
        ECONOMY.refuse_costly(plan(49, 51), FACTS)


def test_a_short_film_is_not_worth_the_programs_that_join_it() -> None:
    with pytest.raises(PartialRefused, match="short or small"):
        ECONOMY.refuse_costly(plan(39, 1), FACTS)


def test_the_words_of_a_program_are_not_told() -> None:
    assert "all frames were encoded: its frames consist of two fields" == because_of(
        PartialRefused(Obstacle.INTERLACED, "/secret/path")
    )


@given(st.lists(st.tuples(st.integers(-10, 120), st.integers(-10, 120))))
def test_seconds_under_several_captions_count_once(spans: list[tuple[int, int]]) -> None:
    covered = {second for start, end in spans for second in range(max(0, start), min(100, end))}
    assert len(covered) == covered_seconds(spans, 100.0)


def test_captions_count_a_little_longer_than_they_last_and_empty_ones_not_at_all() -> None:
    cues = [Cue(start=1.0, end=2.0, text="Hello"), Cue(start=3.0, end=4.0, text="")]
    assert ((0.99, 2.01),) == caption_spans(cues)
