"""What keeps a manager of the catalog looking, and what it tells of what comes between."""

import asyncio

import pytest
from structlog.testing import capture_logs

from kinolog.catalog.domain.bell import Bell
from kinolog.catalog.handlers.manager import keep_looking
from kinolog.common.errors import Conflict, LogUnavailable


@pytest.mark.parametrize(
    ("error", "level"), [(Conflict(["schedule.sch_1"]), "info"), (LogUnavailable("away"), "warning")]
)
async def test_a_lost_race_is_no_reason_to_warn_and_the_next_look_comes_all_the_same(
    error: Exception, level: str
) -> None:
    looks = 0

    async def look() -> float | None:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise asyncio.CancelledError
        raise error

    with capture_logs() as told, pytest.raises(asyncio.CancelledError):
        await keep_looking(look, Bell(), pause_seconds=0.0, interval_seconds=0.0)
    assert [level] == [entry["log_level"] for entry in told]
