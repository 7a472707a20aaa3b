"""A replica that lags behind answers a direct get with less than there is: then the leader is asked."""

from typing import Any

import pytest

from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.clock import system_clock
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.direct import Answer, DirectReader
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.publish import Message
from kinolog.common.log.stamp import stamp
from kinolog.common.testing.examples import ORIGIN, a_submission, submitted


class Lagging:
    """Knows of nothing for so many questions, then answers as the real one."""

    def __init__(self, behind: DirectReader, questions: int) -> None:
        self._behind = behind
        self._questions = questions

    async def get(self, request: dict[str, Any]) -> Answer:
        self._questions -= 1
        return await self._behind.get(request) if self._questions < 0 else Answer((), 0)


def lag(log: JetStreamLog, monkeypatch: pytest.MonkeyPatch, questions: int) -> None:
    monkeypatch.setattr(log, "_replica_count", 3)
    monkeypatch.setattr(log, "_direct", Lagging(log._direct, questions))


async def test_what_was_just_written_is_there(jetstream_log: JetStreamLog, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = await submitted(jetstream_log)
    lag(jetstream_log, monkeypatch, questions=3)
    assert (await load(jetstream_log, JOB, job_id)).exists


async def test_what_is_not_there_is_not_there(jetstream_log: JetStreamLog, monkeypatch: pytest.MonkeyPatch) -> None:
    lag(jetstream_log, monkeypatch, questions=1)
    assert not (await load(jetstream_log, JOB, new_id("job"))).exists


async def test_an_event_whose_acknowledgement_was_lost_is_found(
    jetstream_log: JetStreamLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    (change,) = unborn(JOB, new_id("job")).changes(submit_job(a_submission()))
    message = Message.of(change, stamp(ORIGIN, system_clock))
    sequence = await jetstream_log._appender.append([message])
    lag(jetstream_log, monkeypatch, questions=9)
    other = Message.of(change, stamp(ORIGIN, system_clock))
    assert (sequence, None) == (await jetstream_log._find_stored(message), await jetstream_log._find_stored(other))
