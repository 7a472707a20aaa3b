"""Which parts of a film go for their silence, and which stay."""

import random

import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import RemoveSilenceInput
from kinolog.render.domain.silence import SHORTEST_SECONDS, kept_spans, removed_spans

USUAL = RemoveSilenceInput()


@pytest.mark.parametrize(
    ("silences", "expected"),
    [
        ([(2.0, 3.0)], ((2.2, 2.8),)),
        ([(0.0, 1.0)], ((0.0, 0.8),)),
        ([(9.0, 10.0)], ((9.2, 10.0),)),
        ([(2.0, 2.45)], ()),
    ],
)
def test_margins_stay_except_at_the_ends_of_the_film(
    silences: list[tuple[float, float]], expected: tuple[tuple[float, float], ...]
) -> None:
    assert expected == removed_spans(silences, USUAL, 10.0, 100)


def test_a_splinter_between_two_silences_goes_with_them() -> None:
    job = RemoveSilenceInput(margin_seconds=0)
    assert ((2.0, 4.0),) == removed_spans([(2.0, 3.0), (3.05, 4.0)], job, 10.0, 100)


def test_the_longest_silences_go_where_there_are_too_many() -> None:
    assert ((5.2, 6.8),) == removed_spans([(2.0, 3.0), (5.0, 7.0)], USUAL, 10.0, 1)


@pytest.mark.parametrize(
    ("silences", "expected"),
    [
        ([(4.0, 5.0)], ((0.0, 1.0), (4.2, 4.8))),
        ([(0.3, 2.0)], ((0.0, 1.8),)),
        ([(0.3, 0.9)], ()),
    ],
)
def test_what_comes_before_the_first_frame_goes_where_anything_does(
    silences: list[tuple[float, float]], expected: tuple[tuple[float, float], ...]
) -> None:
    assert expected == removed_spans(silences, USUAL, 10.0, 100, picture_begin=1.0)


def test_silence_throughout_is_refused() -> None:
    with pytest.raises(PermanentError, match="silent throughout"):
        removed_spans([(0.0, 10.0)], USUAL, 10.0, 100)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_kept_and_what_goes_are_the_whole_film(seed: int) -> None:
    chance = random.Random(seed)
    moments = sorted(chance.uniform(0.5, 60.0) for _ in range(2 * chance.randint(1, 12)))
    removed = removed_spans(list(zip(moments[::2], moments[1::2], strict=True)), USUAL, 60.0, 100)
    kept = kept_spans(removed, 60.0)
    assert 60.0 == pytest.approx(sum(end - start for start, end in (*removed, *kept)))
    assert all(end - start >= SHORTEST_SECONDS for start, end in (*removed, *kept))
