"""What the measurement of memory says of a process that grows, and of one that has come to rest."""

import pytest

from benchmarks.engine.memory import growth


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([50.0, 90.0, *(100.0 for _ in range(9))], 0.0),
        ([float(10 * tenth) for tenth in range(11)], 1_024.0),
    ],
    ids=["at rest after the warm-up", "growing for ever"],
)
def test_growth_is_what_comes_after_the_warm_up(column: list[float], expected: float) -> None:
    assert expected == pytest.approx(growth(column, jobs=100_000))
