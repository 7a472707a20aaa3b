"""Work asked for by HTTP, and waited for: trims in batches, and a whole round of every kind of media job."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx2

from benchmarks.peers.contract import at_once

_BATCH: Final = 500
_BATCHES_AT_ONCE: Final = 4
_ROUNDS_AT_ONCE: Final = 3
_PAUSE_SECONDS: Final = 0.1
_CUT: Final = {"start_time": 0, "end_time": 0.5}


class Clerk:
    """Asks one gateway. Raises Failed where a job came to nothing, and httpx2's errors for any other no."""

    def __init__(self, gateway: httpx2.AsyncClient) -> None:
        self._gateway = gateway

    async def trims(self, video_id: str, count: int) -> None:
        """Submit so many trims of one video, and return when all are completed."""
        await at_once(-(-count // _BATCH), _BATCHES_AT_ONCE, lambda number: self._batch(video_id, count, number))

    async def rounds(self, clip: Path, count: int) -> None:
        """So many times: upload a clip, trim it, caption it."""
        project = await self._post("/v1/projects", json={"name": "Memory"})
        await at_once(count, _ROUNDS_AT_ONCE, lambda _: self._round(str(project["id"]), clip))

    async def _batch(self, video_id: str, count: int, number: int) -> None:
        size = min(_BATCH, count - number * _BATCH)
        batch = await self._post("/v1/jobs/batch", json={"items": [_trim(video_id)] * size})
        refused = [item for item in batch["data"] if item["status"] >= 400]
        if refused:
            raise Failed(f"{len(refused)} of {size} jobs were refused: {refused[0]['problem']}")
        await self._end(f"/v1/batches/{batch['id']}?limit=1", lambda state: state["is_done"])

    async def _round(self, project_id: str, clip: Path) -> None:
        form = {"data": {"project_id": project_id, "title": "Clip"}, "files": {"file": (clip.name, clip.read_bytes())}}
        uploaded = await self._job(await self._post("/v1/videos/upload", **form))
        video_id = str(uploaded["output_data"]["video_id"])
        caption = {"type": "caption", "video_id": video_id, "input_data": {}}
        for body in (_trim(video_id), caption):
            await self._job(await self._post("/v1/jobs", json=body))

    async def _job(self, job: dict[str, Any]) -> dict[str, Any]:
        ended = await self._end(f"/v1/jobs/{job['id']}", lambda state: state["completed_at"] is not None)
        if ended["status"] != "completed":
            raise Failed(f"a {ended['type']} job ended as {ended['status']}: {ended['error_message']}")
        return ended

    async def _end(self, path: str, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while not is_there(state := (await self._gateway.get(path)).raise_for_status().json()):
            await asyncio.sleep(_PAUSE_SECONDS)
        return dict(state)

    async def _post(self, path: str, **request: Any) -> dict[str, Any]:
        return dict((await self._gateway.post(path, **request)).raise_for_status().json())


class Failed(Exception):
    """A job was refused, or did not complete."""


def _trim(video_id: str) -> dict[str, Any]:
    return {"type": "trim", "video_id": video_id, "input_data": _CUT}
