"""The catalog's tables as a dictionary: see `RebuildableStore`. Everything of a transaction is there at its end, or
nothing is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from simulation.process import Link

from kinolog.catalog.domain.folding import Fold, Folded, Key
from kinolog.common.aggregates import Job, JobStatus
from kinolog.common.log import Checkpoint


@dataclass
class Disk:
    """What outlives the process."""

    rows: dict[Key, Folded] = field(default_factory=dict)
    checkpoint: Checkpoint | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def running_jobs(self) -> list[str]:
        """See the reaper's `RunningJobs`."""
        return [row.id for row in self.rows.values() if isinstance(row.state, Job) and _is_running(row.state)]


def _is_running(job: Job) -> bool:
    return job.status is JobStatus.RUNNING


class MemoryTransaction:
    def __init__(self, disk: Disk, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._disk = disk
        self._written: tuple[Fold, Checkpoint] | None = None

    async def known(self, keys: Iterable[Key]) -> Mapping[Key, Folded]:
        return {key: self._disk.rows[key] for key in keys if key in self._disk.rows}

    async def frozen(self, keys: Iterable[Key]) -> Set[Key]:
        return frozenset()

    async def write(self, fold: Fold, checkpoint: Checkpoint) -> None:
        self._written = fold, checkpoint

    def commit(self) -> None:
        if self._written is not None:
            fold, self._disk.checkpoint = self._written
            self._disk.rows.update(fold.changed)


class MemoryStore:
    def __init__(self, disk: Disk, link: Link) -> None:
        self._disk = disk
        self._link = link

    async def is_current(self) -> bool:
        await self._link.cross()
        return self._disk.checkpoint is not None

    async def create(self, checkpoint: Checkpoint) -> None:
        await self._link.cross()
        self._disk.rows, self._disk.checkpoint = {}, checkpoint

    async def checkpoint(self) -> Checkpoint:
        assert self._disk.checkpoint is not None
        return self._disk.checkpoint

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryTransaction]:
        async with self._disk.lock:
            await self._link.cross()
            transaction = MemoryTransaction(self._disk, await self.checkpoint())
            yield transaction
            await self._link.cross()
            transaction.commit()
        await self._link.cross()

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["MemoryStore"]:
        yield MemoryStore(Disk(), self._link)

    async def adopt(self, other: "MemoryStore", log_end: Callable[[], Awaitable[int]]) -> bool:
        await self._link.cross()
        self._disk.rows, self._disk.checkpoint = other._disk.rows, other._disk.checkpoint
        return True
