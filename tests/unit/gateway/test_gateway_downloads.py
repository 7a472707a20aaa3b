"""Asking for a download: what is refused at once."""

from typing import Any

import httpx2
import pytest

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created

URL = "https://example.com/film.mp4"


async def test_a_download_is_queued_for_ingest(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"type": "download", "project_id": await created(log), "input_data": {"url": URL}}
    answer = await caller.post("/v1/jobs", json=body)
    job = answer.json()
    assert (202, "ingest", URL) == (answer.status_code, job["queue"], job["input_data"]["url"])


@pytest.mark.parametrize(
    ("project_id", "input_data", "pointer"),
    [
        (None, {"url": URL}, "/project_id"),
        ("mine", {}, "/input_data/url"),
        ("mine", {"url": "file:///etc/passwd"}, "/input_data/url"),
        ("mine", {"url": "http://me:secret@example.com/"}, "/input_data/url"),
        ("mine", {"url": "http://0xa9fea9fe/"}, "/input_data/url"),
        ("mine", {"url": URL, "cookies": "../secret"}, "/input_data/cookies"),
        ("mine", {"url": URL, "site_options": {"exec": "reboot"}}, "/input_data/site_options"),
        ("mine", {"url": URL, "site_options": {"age_limit": -1}}, "/input_data/site_options/age_limit"),
    ],
)
async def test_a_download_that_cannot_be_is_refused_naming_the_field(
    caller: httpx2.AsyncClient, log: MemoryLog, project_id: str | None, input_data: dict[str, Any], pointer: str
) -> None:
    mine = await created(log)
    body = {"type": "download", "project_id": mine if project_id else None, "input_data": input_data}
    answer = await caller.post("/v1/jobs", json=body)
    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])
