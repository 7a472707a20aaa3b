"""What is told of a direct download while it runs: progress to whoever watches, checkpoints to the next attempt."""

from typing import Final

import structlog

from kinolog.common.errors import LogError
from kinolog.common.worker.context import JobContext
from kinolog.ingest.adapters.direct_file import DirectFile
from kinolog.ingest.adapters.pace import Clock, Speed

_logger: Final = structlog.get_logger(__name__)


class Account:
    def __init__(self, file: DirectFile, ctx: JobContext, clock: Clock, checkpoint_interval_seconds: float) -> None:
        self._file = file
        self._ctx = ctx
        self._clock = clock
        self._interval_seconds = checkpoint_interval_seconds
        self._speed = Speed(clock)
        self._kept_at, self._is_keeping = clock(), False

    async def note(self, size_bytes: int) -> None:
        """So many bytes more are on disk."""
        self._speed.note(size_bytes)
        self.report()
        if self._clock() - self._kept_at >= self._interval_seconds:
            await self.keep()

    def report(self) -> None:
        """Also a sign of life: an attempt of which nothing is heard is ended, whatever it has received."""
        done, total, speed = self._file.received_bytes, self._file.source.total_bytes, self._speed.bytes_per_second
        self._ctx.progress(
            "download",
            min(100.0, 100 * done / total) if total else None,
            eta_seconds=max(0, total - done) / speed if total and speed else None,
            done_bytes=done,
            total_bytes=total,
            bytes_per_second=speed,
        )

    async def keep(self) -> None:
        """Leave the next attempt what this one has. It is a help and no more: a log that is away does not stop us."""
        if self._is_keeping or self._file.source.validator is None:
            return
        self._is_keeping = True
        try:
            checkpoint = await self._file.checkpoint()
            await self._ctx.save_checkpoint(checkpoint.state())
        except LogError as error:
            _logger.warning("Could not keep a checkpoint", job_id=self._ctx.job.id, error=str(error))
        finally:
            self._kept_at, self._is_keeping = self._clock(), False
