"""Resumable uploads keep to the quota of their project, from their announcement on."""

import httpx2
import pytest
from harness.tus import BYTES, TUS, announce, begun, metadata, send

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created
from kinolog.gateway.params import Gateway

FILM = b"not really a film" * 100
OVER_QUOTA = (413, "quota-exceeded")


@pytest.fixture
async def full_project(caller: httpx2.AsyncClient, log: MemoryLog) -> str:
    """There is room for one film and a bit."""
    project_id = await created(log)
    await caller.put(f"/v1/projects/{project_id}/quota", json={"quota_bytes": len(FILM) + 500})
    return project_id


def problem_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


async def test_an_upload_that_is_announced_takes_its_room(caller: httpx2.AsyncClient, full_project: str) -> None:
    address = await begun(caller, full_project, len(FILM))
    refused = await announce(caller, full_project, len(FILM))
    await caller.delete(address, headers=TUS)
    assert (OVER_QUOTA, 201) == (problem_of(refused), (await announce(caller, full_project, len(FILM))).status_code)


async def test_a_finished_upload_takes_its_room_once(
    caller: httpx2.AsyncClient, full_project: str, gateway: Gateway
) -> None:
    await announce(caller, full_project, len(FILM), FILM, **BYTES)
    answers = [await announce(caller, full_project, length) for length in (501, 500)]
    assert (OVER_QUOTA, 201) == (problem_of(answers[0]), answers[1].status_code)


async def test_a_length_that_comes_late_is_held_to_the_quota(caller: httpx2.AsyncClient, full_project: str) -> None:
    headers = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata(project_id=full_project)}
    address = (await caller.post("/v1/uploads", headers=headers)).headers["location"]
    answer = await send(caller, address, 0, FILM, **{"Upload-Length": "9000"})
    assert OVER_QUOTA == problem_of(answer)
