"""Fetching a file that is itself what an address answers with, over HTTP, and going on after a break."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import structlog

from kinolog.common.clock import system_clock
from kinolog.common.errors import LogError, PassingError
from kinolog.common.jobs import DownloadInput
from kinolog.common.worker.context import JobContext
from kinolog.ingest.adapters.asking import answered, guarded_client
from kinolog.ingest.adapters.guard import Guard
from kinolog.ingest.adapters.http_answer import first_byte, refusal, refuse_encoded, source_of
from kinolog.ingest.adapters.pace import Pace
from kinolog.ingest.adapters.partial_file import PartialFile
from kinolog.ingest.domain.fetching import Checkpoint, Fetched, FetchLimits, Source

_logger: Final = structlog.get_logger(__name__)


class _Broken(Exception):
    """The connection brought something else than was to come."""


@dataclass(frozen=True, slots=True)
class Direct:
    guard: Guard
    limits: FetchLimits

    async def identify(self, job: DownloadInput, folder: Path, ctx: JobContext) -> str | None:
        """None: what an address answers with may be another file at any time."""
        return None

    async def fetch(self, job: DownloadInput, folder: Path, ctx: JobContext) -> Fetched:
        """Raises WorkError. What was received stays in `folder`, and a checkpoint tells the next attempt what."""
        part, source = await _begin(job.url, folder, ctx)
        try:
            async with guarded_client(self.guard, self.limits) as client:
                return await _Download(client, self.limits, ctx, part, source).run()
        finally:
            part.close()


async def _begin(url: str, folder: Path, ctx: JobContext) -> tuple[PartialFile, Source]:
    """What an earlier attempt received, where that can be trusted; else an empty file."""
    checkpoint = Checkpoint.of(ctx.checkpoint_of_last_attempt, url)
    if checkpoint is not None and (part := PartialFile.reopen(_path(folder, checkpoint.attempt))) is not None:
        if await part.accept(checkpoint.received, lambda percent: ctx.progress("verify", percent)):
            return part, checkpoint.source
        part.close()
    await asyncio.to_thread(_clear, folder)
    return PartialFile.create(_path(folder, ctx.job.attempt)), Source(url)


def _path(folder: Path, attempt: int) -> Path:
    return folder / f"{attempt}.part"


def _clear(folder: Path) -> None:
    for stale in folder.glob("*.part"):
        stale.unlink()


class _Download:
    """One attempt at one file."""

    def __init__(
        self, client: httpx2.AsyncClient, limits: FetchLimits, ctx: JobContext, part: PartialFile, source: Source
    ) -> None:
        self._client = client
        self._limits = limits
        self._ctx = ctx
        self._part = part
        self._source = source
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._kept_at = self._clock()

    async def run(self) -> Fetched:
        self._report(None)
        try:
            await self._receive_all()
        except PassingError:
            await self._keep()
            raise
        await self._keep_when_due()
        await self._part.flush()
        return Fetched(self._part.path, self._part.fingerprint(), self._source.filename)

    async def _receive_all(self) -> None:
        fruitless = 0
        while self._part.size_bytes == 0 or self._part.size_bytes != self._source.total_bytes:
            before = self._part.size_bytes
            try:
                await self._receive()
                return
            except (_Broken, httpx2.TransportError, TimeoutError) as error:
                least = self._limits.lowest_speed_bytes_per_second * self._limits.speed_window_seconds
                fruitless = 0 if self._part.size_bytes - before >= least else fruitless + 1
                self._give_up_after(fruitless, error)
            await asyncio.sleep(self._limits.resume_pause_seconds)

    def _give_up_after(self, fruitless: int, error: Exception) -> None:
        """Raises PassingError where going on from here is not possible, or was tried often enough."""
        can_go_on = self._part.size_bytes > 0 and self._source.validator is not None
        if not can_go_on or fruitless > self._limits.max_resumptions:
            message = "The server cannot be reached, or broke off before the end of the file: check the address."
            raise PassingError("source_unreachable", message, detail=repr(error)) from error
        _logger.info("Going on with a broken download", job_id=self._ctx.job.id, size_bytes=self._part.size_bytes)

    async def _receive(self) -> None:
        async with answered(self._client, self._source.url, self._wanted(), self._limits) as response:
            await self._take_up(response)
            await self._store(response)
        if self._source.total_bytes not in (None, self._part.size_bytes):
            raise _Broken(f"{self._part.size_bytes} of {self._source.total_bytes} bytes")

    def _wanted(self) -> dict[str, str]:
        """What is here already is not asked for again, provided that the file is still the same."""
        if self._part.size_bytes == 0 or self._source.validator is None:
            return {}
        return {"Range": f"bytes={self._part.size_bytes}-", "If-Range": self._source.validator}

    async def _take_up(self, response: httpx2.Response) -> None:
        """Decide where the answer's bytes belong: behind those that are here, or in place of them."""
        status, headers, asked = response.status_code, response.headers, self._part.size_bytes
        found = source_of(self._source.url, status, headers)
        if asked > 0 and status in (206, 416):
            if status == 416 or first_byte(headers) != asked or not self._is_same(found):
                await self._part.restart()
                raise _Broken("the server gave another range than was asked for")
        elif status == 200:
            await self._part.restart()
            self._source = found
        else:
            wait = self._limits.longest_retry_after_seconds
            raise refusal(status, headers, now=system_clock(), longest_wait_seconds=wait)
        refuse_encoded(headers)
        self._limits.refuse_too_large(self._source.total_bytes or 0)

    def _is_same(self, found: Source) -> bool:
        """A server that heeds `If-Range` need not repeat what it was asked for."""
        known = (self._source.validator, self._source.total_bytes)
        return (found.validator or known[0], found.total_bytes or known[1]) == known

    async def _store(self, response: httpx2.Response) -> None:
        pace = Pace(
            self._clock,
            lowest_bytes_per_second=self._limits.lowest_speed_bytes_per_second,
            window_seconds=self._limits.speed_window_seconds,
        )
        async for chunk in response.aiter_raw():
            pace.note(len(chunk))
            self._limits.refuse_too_large(self._part.size_bytes + len(chunk))
            await self._part.write(chunk)
            self._report(pace)
            await self._keep_when_due()

    def _report(self, pace: Pace | None) -> None:
        total, received = self._source.total_bytes, self._part.size_bytes
        percent = min(100.0, 100 * received / total) if total else None
        eta = pace.eta_seconds(max(0, total - received)) if pace and total else None
        self._ctx.progress("download", percent, eta_seconds=eta)

    async def _keep_when_due(self) -> None:
        if self._clock() - self._kept_at >= self._limits.checkpoint_interval_seconds:
            await self._keep()

    async def _keep(self) -> None:
        """Leave the next attempt what this one has. It is a help and no more: a log that is away does not stop us."""
        self._kept_at = self._clock()
        if self._source.validator is None:
            return
        checkpoint = Checkpoint(self._source, int(self._part.path.stem), await self._part.sync())
        try:
            await self._ctx.save_checkpoint(checkpoint.state())
        except LogError as error:
            _logger.warning("Could not keep a checkpoint", job_id=self._ctx.job.id, error=str(error))
