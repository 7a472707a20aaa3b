"""Disks that are full, or about to be, end jobs with a sentence that says which, and what to do."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kinolog.common.errors import PassingError, StorageFailed
from kinolog.common.room import NoRoom, Place, Room

RESERVE = 500_000_000


def room_with(free: Callable[[], int], folder: Path) -> Room:
    """On a disk that has so much free, whatever this one has."""
    place = Place(folder / "not" / "yet", "KINOLOG_WORK_DIR")
    return Room(work=place, blobs=None, reserve_bytes=RESERVE, look_seconds=0.01, free_bytes=lambda _: free())


@pytest.mark.parametrize("needed_bytes", [0, 600_000_000])
def test_what_fits_beside_the_reserve_is_allowed(tmp_path: Path, needed_bytes: int) -> None:
    room_with(lambda: RESERVE + needed_bytes, tmp_path).refuse_without(needed_bytes)


def test_what_does_not_fit_is_refused_with_what_it_needs_and_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(NoRoom) as refused:
        room_with(lambda: 1_100_000_000, tmp_path).refuse_without(3_200_000_000)
    told = "It needs about 3.2 GB, and 1.1 GB are free on the disk of KINOLOG_WORK_DIR, of which"
    assert refused.value.message.startswith(told)
    assert ("storage_full", True) == (refused.value.kind, "KINOLOG_STORAGE_RESERVE_BYTES" in refused.value.message)


def test_folders_on_one_disk_need_room_together(tmp_path: Path) -> None:
    room = room_with(lambda: RESERVE + 150, tmp_path)
    both = replace(room, blobs=Place(tmp_path, "KINOLOG_BLOBS_URL"))
    both.refuse_without(100, 50)
    with pytest.raises(NoRoom, match="KINOLOG_WORK_DIR and KINOLOG_BLOBS_URL"):
        both.refuse_without(100, 51)


async def test_work_ends_once_the_reserve_is_reached(tmp_path: Path) -> None:
    free = iter([RESERVE, RESERVE, RESERVE - 1])
    with pytest.raises(NoRoom, match=r"Only 500\.0 MB are free"):
        async with room_with(lambda: next(free), tmp_path).kept():
            await asyncio.Event().wait()


async def test_work_that_has_room_goes_on_and_fails_of_its_own(tmp_path: Path) -> None:
    room = room_with(lambda: RESERVE, tmp_path)
    with pytest.raises(TimeoutError):
        async with room.kept(), asyncio.timeout(0.05):
            await asyncio.Event().wait()


async def test_a_full_disk_is_told_of_as_such(tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match=r"500\.0 MB on that of KINOLOG_WORK_DIR"):
        async with room_with(lambda: RESERVE, tmp_path).kept():
            Path("/dev/full").write_bytes(b"!")


@pytest.mark.parametrize(
    "error",
    [
        StorageFailed("Unable to write: No space left on device (os error 28)"),
        PassingError("storage_full", "The disk is full."),
    ],
)
async def test_a_full_disk_is_told_of_whoever_ran_into_it(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(NoRoom, match="A disk is full"):
        async with room_with(lambda: RESERVE, tmp_path).kept():
            raise error


@pytest.mark.parametrize("error", [OSError(13, "Permission denied"), PassingError("busy", "Later."), ValueError()])
async def test_other_failures_stay_what_they_are(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        async with room_with(lambda: RESERVE, tmp_path).kept():
            raise error
    assert error is raised.value
