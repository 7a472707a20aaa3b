"""What a caller is told of something whose next event nobody can read."""

from typing import Final

import httpx2
import pytest

from kinolog.common.errors import BadEvent
from kinolog.common.log.memory import MemoryLog
from kinolog.gateway.bulk import Tally
from kinolog.gateway.translation import problem_of

HEADERS: Final = {
    "ce-id": "evt_bad",
    "ce-type": "project.created",
    "ce-time": "2026-11-22T12:00:00+00:00",
    "ce-source": "test",
    "ce-actor": "test",
    "ce-correlationid": "cor_bad",
}


@pytest.mark.parametrize(
    ("version", "expected"), [("1", "is damaged and in quarantine"), ("99", "a newer release wrote")]
)
async def test_what_has_an_event_that_cannot_be_read_is_said_to_need_the_operator(
    caller: httpx2.AsyncClient, log: MemoryLog, version: str, expected: str
) -> None:
    project_id = (await caller.post("/v1/projects", json={"name": "A"})).json()["id"]
    headers = HEADERS | {"ce-dataversion": version}
    await log.append_raw(f"evt.project.{project_id}.2.created", headers, b"{}")
    answer = await caller.get(f"/v1/projects/{project_id}")
    assert (500, "event-unreadable") == (answer.status_code, answer.json()["type"])
    assert expected in answer.json()["detail"]


def test_a_change_of_many_is_complete_although_one_of_them_cannot_be_read() -> None:
    tally = Tally()
    tally.count("job_1", problem_of(BadEvent("job.queued", 1, "no JSON")))
    assert (True, 1) == (tally.is_complete, len(tally.skipped))
