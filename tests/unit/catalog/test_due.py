"""Which times of a schedule are due, and which of the missed ones are made up for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kinolog.catalog.domain.due import Due, due_times, latest_time, next_due
from kinolog.common.aggregates import Schedule
from kinolog.common.events.schedule import CatchUp, Overlap, Timing
from kinolog.common.testing.examples import NOON, a_submission

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def hourly(**changes: Any) -> Schedule:
    values: dict[str, Any] = {
        "id": "sch_" + "0" * 32,
        "name": "Hourly",
        "timing": Timing(cron="0 * * * *"),
        "job": a_submission(),
        "catch_up": CatchUp.ONE,
        "catch_up_window_seconds": 24 * 3600.0,
        "overlap": Overlap.SKIP,
        "is_paused": False,
        "fired_until": NOON,
        "created_by": "user:test",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Schedule(**{**values, **changes})


def due(schedule: Schedule, now: datetime, most: int = 100) -> list[Due]:
    return due_times(schedule, now, grace_seconds=60.0, most=most)


def test_before_its_time_nothing_is_due() -> None:
    assert ([], NOON + HOUR) == (due(hourly(), NOON + 59 * MINUTE), next_due(hourly()))


def test_a_time_within_the_grace_was_not_missed() -> None:
    assert [Due(NOON + HOUR)] == due(hourly(catch_up=CatchUp.SKIP), NOON + HOUR + 0.9 * MINUTE)


@pytest.mark.parametrize("changes", [{"is_paused": True}, {"is_deleted": True}])
def test_a_schedule_that_is_paused_or_deleted_is_never_due(changes: dict[str, bool]) -> None:
    assert ([], None) == (due(hourly(**changes), NOON + 9 * HOUR), next_due(hourly(**changes)))


def test_all_missed_times_can_be_made_up_for() -> None:
    found = due(hourly(catch_up=CatchUp.ALL), NOON + 3.5 * HOUR)
    assert [Due(NOON + hours * HOUR) for hours in (1, 2, 3)] == found


def test_no_more_times_than_asked_for_come_at_once() -> None:
    assert [Due(NOON + HOUR), Due(NOON + 2 * HOUR)] == due(hourly(catch_up=CatchUp.ALL), NOON + 9 * HOUR, most=2)


def test_the_latest_of_the_missed_times_can_be_made_up_for() -> None:
    assert [Due(NOON + 3 * HOUR)] == due(hourly(), NOON + 3.5 * HOUR)


def test_a_missed_time_is_let_go_when_the_next_one_is_there() -> None:
    first, second = due(hourly(), NOON + 3 * HOUR)
    assert (NOON + 2 * HOUR, True) == (first.time, first.skipped is not None)
    assert Due(NOON + 3 * HOUR) == second


def test_times_before_the_window_are_not_made_up_for() -> None:
    found = due(hourly(catch_up=CatchUp.ALL, catch_up_window_seconds=2 * 3600.0), NOON + 5.5 * HOUR)
    assert [Due(NOON + 4 * HOUR), Due(NOON + 5 * HOUR)] == found


@pytest.mark.parametrize("catch_up", list(CatchUp))
def test_when_nothing_is_made_up_for_the_last_missed_time_is_marked_as_skipped(catch_up: CatchUp) -> None:
    window = 3600.0 if catch_up is CatchUp.SKIP else 60.0
    [found] = due(hourly(catch_up=catch_up, catch_up_window_seconds=window), NOON + 3.5 * HOUR)
    assert (NOON + 3 * HOUR, True) == (found.time, found.skipped is not None)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing(every_seconds=1.0), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (Timing(cron="* * * 2 *"), datetime(2026, 2, 28, 23, 59, tzinfo=UTC)),
        (Timing(cron="0 0 29 2 *"), datetime(2024, 2, 29, tzinfo=UTC)),
        (Timing(cron="0 0 1 1 *"), datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_latest_of_millions_of_times_is_found(timing: Timing, expected: datetime) -> None:
    after, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)
    assert expected == latest_time(timing, after, until)


def test_there_is_no_latest_time_where_there_is_none() -> None:
    assert latest_time(Timing(cron="0 0 1 1 *"), NOON, NOON + HOUR) is None
