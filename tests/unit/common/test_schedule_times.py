"""When a schedule is due, over changes of the clock, leap days, and expressions that make no sense."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kinolog.common.errors import Refused
from kinolog.common.events.schedule import Timing
from kinolog.common.schedules import check_timing, next_time, times_between

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ZURICH = ZoneInfo("Europe/Zurich")


def cron(expression: str, timezone: str = "UTC") -> Timing:
    return Timing(cron=expression, timezone=timezone)


def local_times(expression: str, after: datetime, until: datetime) -> list[str]:
    found = times_between(cron(expression, "Europe/Zurich"), after, until, limit=100)
    return [time.astimezone(ZURICH).strftime("%d. %H:%M %Z") for time in found]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 12 * * *", "2026-11-22T12:00:00"),
        ("30 12 * * *", "2026-11-21T12:30:00"),
        ("*/10 * * * * *", "2026-11-21T12:00:10"),
        ("0 0 L * *", "2026-11-30T00:00:00"),
        ("0 0 * * 5L", "2026-11-27T00:00:00"),
        ("0 0 * * MON#2", "2026-12-14T00:00:00"),
        ("0 0 29 2 *", "2028-02-29T00:00:00"),
    ],
)
def test_the_next_time_of_an_expression(expression: str, expected: str) -> None:
    assert datetime.fromisoformat(f"{expected}Z") == next_time(cron(expression), NOON)


def test_a_time_that_summer_time_leaves_out_comes_after_the_gap() -> None:
    before, after = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert ["29. 03:00 CEST", "30. 02:30 CEST"] == local_times("30 2 * * *", before, after)


def test_a_time_that_winter_time_brings_twice_comes_once() -> None:
    before, after = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 12, tzinfo=UTC)
    assert ["25. 02:30 CEST", "26. 02:30 CET"] == local_times("30 2 * * *", before, after)


def test_from_within_the_hour_that_comes_twice_no_time_goes_back() -> None:
    second_pass = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert "26. 02:30 CET" == local_times("30 2 * * *", second_pass, second_pass + timedelta(days=2))[0]


def test_every_hour_goes_on_through_the_hour_that_comes_twice() -> None:
    before = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    expected = ["25. 02:00 CEST", "25. 02:00 CET", "25. 03:00 CET"]
    assert expected == local_times("0 * * * *", before, before + timedelta(hours=3))


def test_an_interval_counts_from_its_start() -> None:
    timing = Timing(every_seconds=90, starts_at=NOON)
    found = times_between(timing, NOON + timedelta(seconds=90), NOON + timedelta(seconds=360), limit=10)
    assert [180.0, 270.0, 360.0] == [(time - NOON).total_seconds() for time in found]


def test_a_start_to_come_is_the_first_time_of_an_interval() -> None:
    timing = Timing(every_seconds=3600, starts_at=NOON + timedelta(days=1))
    assert NOON + timedelta(days=1) == next_time(timing, NOON)


def test_a_start_to_come_may_itself_be_a_time_of_the_expression() -> None:
    timing = Timing(cron="0 12 * * *", starts_at=NOON + timedelta(days=3))
    assert NOON + timedelta(days=3) == next_time(timing, NOON)


def test_a_fraction_of_a_second_does_not_bring_a_time_twice() -> None:
    due = datetime(2026, 11, 21, 12, 1, tzinfo=UTC)
    assert due + timedelta(minutes=1) == next_time(cron("* * * * *"), due + timedelta(microseconds=1))


def test_times_are_bounded_by_the_limit() -> None:
    assert 5 == len(times_between(cron("* * * * *"), NOON, NOON + timedelta(days=1), limit=5))


@pytest.mark.parametrize(
    ("timing", "field"),
    [
        (Timing(), "cron"),
        (Timing(cron="* * * * *", every_seconds=5), "cron"),
        (cron(""), "cron"),
        (cron("every day"), "cron"),
        (cron("60 * * * *"), "cron"),
        (cron("* * * * * * *"), "cron"),
        (cron("* * 30 2 *"), "cron"),
        (cron("0 0 */3 2 MON#5"), "cron"),
        (cron("²/2 * * * *"), "cron"),
        (cron("1/1/1 * * * *"), "cron"),
        (cron(f"{'0,' * 5_000}0 * * * *"), "cron"),
        (cron("* * * * *", "Europe/Atlantis"), "timezone"),
        (cron("* * * * *", "../../etc/passwd"), "timezone"),
        (cron("* * * * *", "America"), "timezone"),
        (cron("* * * * *", ""), "timezone"),
        (cron("* * * * *", "a\x00b"), "timezone"),
        (Timing(every_seconds=60, timezone="Europe/Atlantis"), "timezone"),
        (Timing(every_seconds=0.5), "every_seconds"),
        (Timing(every_seconds=1e12), "every_seconds"),
        (Timing(every_seconds=5, starts_at=datetime.min.replace(tzinfo=ZURICH)), "starts_at"),
        (cron("* * * * *").model_copy(update={"starts_at": datetime.max.replace(tzinfo=UTC)}), "starts_at"),
        (Timing(every_seconds=5, starts_at=datetime(2026, 1, 1)), "starts_at"),  # noqa: DTZ001
    ],
)
def test_a_timing_that_makes_no_sense_is_refused_at_its_field(timing: Timing, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_timing(timing, NOON)
    assert field == refusal.value.field
