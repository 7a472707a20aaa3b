"""A log that has reached its limit says so at once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kinolog.common.aggregates import PROJECT
from kinolog.common.aggregates.base import unborn
from kinolog.common.errors import LogFull
from kinolog.common.events.project import ProjectCreated
from kinolog.common.ids import new_id
from kinolog.common.log import EventLog
from kinolog.common.testing import NatsServer, provisioned_log
from kinolog.common.testing.examples import ORIGIN

LARGE = ProjectCreated(name="Large", description="x" * 200_000)


@pytest.fixture
async def small_log(tmp_path: Path) -> AsyncIterator[EventLog]:
    with NatsServer(tmp_path / "nats", most_stored="1MB") as server:
        async with provisioned_log(server.url) as log:
            yield log


async def fill(log: EventLog) -> None:
    while await log.last_sequence() < 10:
        await log.append(unborn(PROJECT, new_id("prj")).changes(LARGE), ORIGIN)


async def test_an_event_beyond_the_limit_of_the_log_is_refused_in_plain_words(small_log: EventLog) -> None:
    with pytest.raises(LogFull, match="insufficient"):
        await fill(small_log)
