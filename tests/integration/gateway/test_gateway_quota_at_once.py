"""Many uploads at the same moment fill a project, and never more than that."""

import asyncio
from typing import Any

import httpx2

from kinolog.common.testing.examples import created

FILM = b"not really a film" * 1_000


async def upload(client: httpx2.AsyncClient, project_id: str, number: int) -> int:
    form: dict[str, Any] = {"data": {"project_id": project_id}, "files": {"file": ("film.mp4", FILM + bytes([number]))}}
    return (await client.post("/v1/videos/upload", **form)).status_code


async def test_uploads_at_once_do_not_overrun_a_quota(platform: Any) -> None:
    project_id, quota_bytes = await created(platform.log), 3 * len(FILM)
    await platform.client.put(f"/v1/projects/{project_id}/quota", json={"quota_bytes": quota_bytes})
    answers = await asyncio.gather(*(upload(platform.client, project_id, number) for number in range(8)))
    usage = (await platform.client.get(f"/v1/projects/{project_id}/usage")).json()
    assert {202, 413} == set(answers)
    assert usage["announced_bytes"] == answers.count(202) * (len(FILM) + 1) <= quota_bytes
