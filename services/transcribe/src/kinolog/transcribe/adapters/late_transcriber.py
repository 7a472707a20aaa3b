"""A Transcriber that is made when there is something to transcribe: the libraries of one take as much memory as all the
rest of a worker."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.domain.transcript import FROM_THE_BEGINNING, Begun, Part, Report

Hear = Callable[[Path, CaptionInput, Report, Begun], AsyncGenerator[Part, None]]


@dataclass(slots=True)
class LateTranscriber:
    """`make` is called in a thread, by the first job; what it makes serves all that follow."""

    make: Callable[[], Hear]
    _made: Hear | None = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def hear(
        self, source: Path, job: CaptionInput, report: Report, begun: Begun = FROM_THE_BEGINNING
    ) -> AsyncGenerator[Part, None]:
        """As the one that is made. Raises what `make` raises; the next job then tries again."""
        async with self._making:
            if self._made is None:
                report("model")
                self._made = await asyncio.to_thread(self.make)
        async with aclosing(self._made(source, job, report, begun)) as parts:
            async for part in parts:
                yield part
