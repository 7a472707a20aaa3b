"""What the desk remembers of what callers have been told: lists and questions to the catalog wait for it."""

from kinolog.common.aggregates import JOB
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import submitted
from kinolog.gateway.desk import Desk


async def test_whoever_was_told_of_an_event_by_a_job_itself_finds_it_in_lists(log: MemoryLog) -> None:
    desk, job_id = Desk(log), await submitted(log)
    loaded = await desk.load(JOB, job_id)
    assert loaded.sequence == desk.newest_sequence


async def test_whoever_was_told_of_an_event_by_a_history_finds_it_in_lists(log: MemoryLog) -> None:
    desk, job_id = Desk(log), await submitted(log)
    events = await desk.history(JOB, job_id)
    assert events[-1].sequence == desk.newest_sequence
