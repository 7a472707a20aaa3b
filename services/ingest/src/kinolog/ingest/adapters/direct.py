"""Fetching a file that is itself what an address answers with, over HTTP, and going on after a break."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from kinolog.common.jobs import DownloadInput
from kinolog.common.room import Room
from kinolog.common.worker.context import JobContext
from kinolog.ingest.adapters.asking import opened_asking
from kinolog.ingest.adapters.direct_file import DirectFile
from kinolog.ingest.adapters.direct_transfer import Transfer
from kinolog.ingest.adapters.egress import Egress
from kinolog.ingest.adapters.partial_file import PartialFile
from kinolog.ingest.domain.fetching import Checkpoint, Fetched, FetchLimits, Source


@dataclass(frozen=True, slots=True)
class Direct:
    egress: Egress
    limits: FetchLimits
    room: Room

    async def identify(self, job: DownloadInput, folder: Path, ctx: JobContext) -> str | None:
        """None: what an address answers with may be another file at any time."""
        return None

    async def fetch(self, job: DownloadInput, folder: Path, ctx: JobContext) -> Fetched:
        """Raises WorkError. What was received stays in `folder`, and a checkpoint tells the next attempt what."""
        file = await _begin(job.url, folder, ctx)
        try:
            async with opened_asking(self.egress, self.limits) as asking:
                return await Transfer(asking, file, self.room, job, ctx).run()
        finally:
            file.close()


async def _begin(url: str, folder: Path, ctx: JobContext) -> DirectFile:
    """What an earlier attempt received, where that can be trusted; else an empty file."""
    checkpoint = Checkpoint.of(ctx.checkpoint_of_last_attempt, url)
    if checkpoint is not None and (part := PartialFile.reopen(_path(folder, checkpoint.attempt))) is not None:
        file = DirectFile(part, checkpoint.source, checkpoint.plan())
        if await file.is_sound(checkpoint, lambda percent: ctx.progress("verify", percent)):
            return file
        file.close()
    await asyncio.to_thread(_clear, folder)
    return DirectFile(PartialFile.create(_path(folder, ctx.job.attempt)), Source(url))


def _path(folder: Path, attempt: int) -> Path:
    return folder / f"{attempt}.part"


def _clear(folder: Path) -> None:
    for stale in folder.glob("*.part"):
        stale.unlink()
