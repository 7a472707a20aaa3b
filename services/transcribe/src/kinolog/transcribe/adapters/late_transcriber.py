"""A Transcriber that is made when there is something to transcribe: the libraries of one take as much memory as all the
rest of a worker."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.domain.transcript import Report, Transcript

Transcribe = Callable[[Path, CaptionInput, Report], Awaitable[Transcript]]


@dataclass(slots=True)
class LateTranscriber:
    """`make` is called in a thread, by the first job; what it makes serves all that follow."""

    make: Callable[[], Transcribe]
    _made: Transcribe | None = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def transcribe(self, source: Path, job: CaptionInput, report: Report) -> Transcript:
        """As the one that is made. Raises what `make` raises; the next job then tries again."""
        async with self._making:
            if self._made is None:
                report("model")
                self._made = await asyncio.to_thread(self.make)
        return await self._made(source, job, report)
