"""An upload that cannot fit is refused before its bytes are sent."""

from pathlib import Path

import httpx2
import pytest
from harness.tus import FILM, a_part, announce, begun, joined, send

from kinolog.common.blobs import BlobStore
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created


class SmallDisk(BlobStore):
    """With so much room and no more."""

    left_bytes: int | None = None

    async def free_bytes(self) -> int | None:
        return self.left_bytes


RESERVE = 512 * 1024**2


@pytest.fixture
def blobs(tmp_path: Path) -> SmallDisk:
    return SmallDisk.open(f"file://{tmp_path}/blobs")


@pytest.fixture
async def project_id(log: MemoryLog) -> str:
    return await created(log)


async def test_a_resumable_upload_needs_room_for_its_pieces_and_for_what_they_become(
    caller: httpx2.AsyncClient, project_id: str, blobs: SmallDisk
) -> None:
    blobs.left_bytes = RESERVE + 19_999
    refused = await announce(caller, project_id, 10_000)
    blobs.left_bytes = RESERVE + 20_000
    taken = await announce(caller, project_id, 10_000)
    assert (507, "storage-full", 201) == (refused.status_code, refused.json()["type"], taken.status_code)
    (error,) = refused.json()["errors"]
    assert "Upload-Length:" == error["pointer"]
    assert (
        "it takes 20.0 kB while it comes in, and 536.9 MB are free on the disk of KINOLOG_BLOBS_URL" in error["detail"]
    )


async def test_an_upload_that_was_let_in_goes_on_whatever_came_between(
    caller: httpx2.AsyncClient, project_id: str, blobs: SmallDisk
) -> None:
    address = await begun(caller, project_id, len(FILM))
    blobs.left_bytes = 0
    assert 204 == (await send(caller, address, 0, FILM)).status_code


async def test_parts_need_room_for_themselves_and_their_sum_for_what_they_become(
    caller: httpx2.AsyncClient, project_id: str, blobs: SmallDisk
) -> None:
    blobs.left_bytes = RESERVE + 1_000
    part = await a_part(caller, FILM[:1_000])
    blobs.left_bytes = RESERVE + 999
    assert 507 == (await joined(caller, project_id, [part])).status_code


async def test_a_plain_upload_is_refused_by_the_length_that_it_announces(
    caller: httpx2.AsyncClient, log: MemoryLog, project_id: str, blobs: SmallDisk, tmp_path: Path
) -> None:
    blobs.left_bytes = RESERVE + 1_000
    form = {"data": {"project_id": project_id}, "files": {"file": ("film.mp4", FILM, "video/mp4")}}
    answer = await caller.post("/v1/videos/upload", **form)  # type: ignore[arg-type]
    assert (507, "Content-Length:") == (answer.status_code, answer.json()["errors"][0]["pointer"])
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
    assert 1 == await log.last_sequence()


async def test_the_room_of_a_folder_is_that_of_its_disk_and_nobody_knows_that_of_other_storage(tmp_path: Path) -> None:
    free_bytes = await BlobStore.open(tmp_path.as_uri()).free_bytes()
    assert free_bytes is not None
    assert free_bytes > 0
    assert None is await BlobStore.open("memory://").free_bytes()
