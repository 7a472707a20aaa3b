"""A part that keeps dying is started again ever later; one that lived well is forgiven."""

from kinolog.cli.child import Backoff


def test_the_delay_doubles_up_to_its_most() -> None:
    backoff = Backoff(first_seconds=0.5, most_seconds=15, reset_seconds=30)

    assert [0.5, 1, 2, 4, 8, 15, 15] == [backoff.after(alive_seconds=0.1) for _ in range(7)]


def test_a_long_life_starts_the_delays_over() -> None:
    backoff = Backoff(first_seconds=0.5, most_seconds=15, reset_seconds=30, failures=5)

    assert [0.5, 1] == [backoff.after(alive_seconds=30), backoff.after(alive_seconds=29)]


def test_a_part_that_dies_for_weeks_does_not_overflow_the_delay() -> None:
    backoff = Backoff(first_seconds=0.5, most_seconds=15, reset_seconds=30, failures=10_000)

    assert 15 == backoff.after(alive_seconds=0)
