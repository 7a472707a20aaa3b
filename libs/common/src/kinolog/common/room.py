"""Room on the disks that jobs write to: asked for before they write, and watched while they do.

A full disk may be that of the log as well, which then stops, so jobs stop before it is full.
"""

import asyncio
import errno
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

from kinolog.common.blobs import folder_of
from kinolog.common.errors import PassingError, StorageFailed
from kinolog.common.media.settings import MediaSettings
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext

STORAGE_FULL: Final = "storage_full"

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# In these words the storage of blobs tells of them.
_FULL_IN_WORDS: Final = tuple(f"(os error {number})" for number in sorted(_FULL))
_UNITS: Final = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


class NoRoom(PassingError):
    """A disk has less free than is needed, or than is to stay free."""

    def __init__(self, message: str, *, detail: str | None = None) -> None:
        super().__init__(STORAGE_FULL, message, detail=detail)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that jobs write to, there or not yet, and the setting that says where it is."""

    folder: Path
    setting: str

    @property
    def existing(self) -> Path:
        return next(each for each in (self.folder, *self.folder.absolute().parents) if each.exists())


def free_bytes_of(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """`blobs` is None where blobs are not on a disk of this machine. `reserve_bytes` stay free on each disk."""

    work: Place
    blobs: Place | None
    reserve_bytes: int
    look_seconds: float
    free_bytes: Callable[[Path], int] = free_bytes_of

    @classmethod
    def of(cls, settings: MediaSettings) -> "Room":
        blobs = folder_of(settings.blobs_url)
        return cls(
            work=Place(settings.work_dir, "KINOLOG_WORK_DIR"),
            blobs=None if blobs is None else Place(blobs, "KINOLOG_BLOBS_URL"),
            reserve_bytes=settings.storage_reserve_bytes,
            look_seconds=settings.storage_look_seconds,
        )

    def refuse_without(self, work_bytes: int = 0, blob_bytes: int = 0) -> None:
        """Raises NoRoom unless so much more can be written, to one disk or two, and the reserve stays free."""
        disks = defaultdict[int, list[tuple[Place, int]]](list)
        for place, needed_bytes in ((self.work, work_bytes), (self.blobs, blob_bytes)):
            if place is not None:
                disks[place.existing.stat().st_dev].append((place, needed_bytes))
        for disk in disks.values():
            self._refuse_without([place for place, _ in disk], sum(needed_bytes for _, needed_bytes in disk))

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Raises NoRoom as soon as the reserve is reached, in the midst of the body too, and when a disk is full."""
        self.refuse_without()
        try:
            async with asyncio.timeout(None) as limit:
                watch = asyncio.create_task(self._watch(limit))
                try:
                    yield
                finally:
                    watch.cancel()
        except NoRoom:
            raise
        except (OSError, StorageFailed, PassingError) as error:
            if limit.expired():
                raise watch.result() from error
            if tells_of_a_full_disk(error):
                raise self._full(error) from error
            raise

    async def _watch(self, limit: asyncio.Timeout) -> NoRoom:
        while True:
            await asyncio.sleep(self.look_seconds)
            try:
                self.refuse_without()
            except NoRoom as reached:
                limit.reschedule(asyncio.get_running_loop().time())
                return reached

    def _refuse_without(self, places: Sequence[Place], needed_bytes: int) -> None:
        free_bytes = self.free_bytes(places[0].existing)
        if free_bytes >= needed_bytes + self.reserve_bytes:
            return
        free, reserve = in_words(free_bytes), in_words(self.reserve_bytes)
        needs = (
            f"It needs about {in_words(needed_bytes)}, and {free} are free" if needed_bytes else f"Only {free} are free"
        )
        names = " and ".join(place.setting for place in places)
        kept = f"of which KINOLOG_STORAGE_RESERVE_BYTES keeps {reserve}"
        raise NoRoom(f"{needs} on the disk of {names}, {kept}: free some space, or set {names} to a larger disk.")

    def _full(self, error: Exception) -> NoRoom:
        places = [place for place in (self.work, self.blobs) if place is not None]
        free = ", ".join(f"{in_words(self.free_bytes(each.existing))} on that of {each.setting}" for each in places)
        return NoRoom(
            f"A disk is full. Now there are free: {free}. Free some space, or use a larger disk.", detail=repr(error)
        )


def with_room(handler: Handler, room: Room) -> Handler:
    """The same handler, which fails clearly as long as its disks are full or about to be."""

    @wraps(handler)
    async def handle(job: Any, ctx: JobContext) -> Any:
        async with room.kept():
            return await handler(job, ctx)

    return handle


def tells_of_a_full_disk(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    if isinstance(error, StorageFailed):
        return any(words in str(error) for words in _FULL_IN_WORDS)
    return isinstance(error, PassingError) and error.kind == STORAGE_FULL


def in_words(size_bytes: int) -> str:
    return next(
        (f"{size_bytes / unit:.1f} {name}" for name, unit in _UNITS if size_bytes >= unit), f"{size_bytes} bytes"
    )
