"""What a worker knows of its machine's GPU. It is looked for beside the work, so that no start has to wait for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from kinolog.common.worker.identity import Identity

FindGpu = Callable[[], Awaitable[tuple[str, ...]]]
"""Names what works of a GPU, nothing where there is none. Never raises."""


@dataclass(slots=True)
class Equipment:
    """`serves_gpu_queue` without a `gpu` is what somebody has decided."""

    gpu: tuple[str, ...] = ()
    serves_gpu_queue: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def queues_of(self, identity: Identity) -> tuple[str, ...]:
        return identity.queues if self.serves_gpu_queue else (identity.queue,)

    @asynccontextmanager
    async def looked_for(self, find: FindGpu, wish: str) -> AsyncIterator[None]:
        """`wish` is the setting `gpu_queue`."""
        looking = asyncio.create_task(self._look(find, wish))
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def _look(self, find: FindGpu, wish: str) -> None:
        self.serves_gpu_queue = wish == "always"
        self.gpu = await find()
        self.serves_gpu_queue = wish != "never" and (self.serves_gpu_queue or bool(self.gpu))
        self.changed.set()
