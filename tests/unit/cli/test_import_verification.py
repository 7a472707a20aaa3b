"""Reading an import back: what the log and the storage hold beside what the list says."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kinolog.cli.library.export import Claims, OldVideo
from kinolog.cli.library.retelling import Names, identity_of, of_video
from kinolog.cli.library.telling import Teller
from kinolog.cli.library.verification import Verification
from kinolog.common.aggregates import VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef
from kinolog.common.events.video import VideoPurged, VideoRegistered
from kinolog.common.log import Origin, load
from kinolog.common.log.memory import MemoryLog

NAMES = Names("")
OLD = OldVideo(
    place="videos[0]",
    old_id="1",
    project_old_id="7",
    title="One",
    filename="one.mp4",
    path=None,
    source_url=None,
    parent_old_id=None,
    is_clip=False,
    claims=Claims(duration=None, width=None, height=None, size_bytes=None, sha256=None),
    created_at=datetime(2021, 1, 1, tzinfo=UTC),
    updated_at=None,
    is_deleted=False,
)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def blobs() -> BlobStore:
    return BlobStore.open("memory://")


@pytest.fixture
def verification(log: MemoryLog, blobs: BlobStore) -> Verification:
    return Verification(log, blobs, NAMES, duration_tolerance_seconds=0.5)


async def take_in(log: MemoryLog, content: BlobRef) -> None:
    identity = identity_of(OLD, NAMES, has_parent=False)
    facts: dict[str, Any] = {"duration": 10.0, "width": 640, "height": 360, "size_bytes": 3, "container": "mp4"}
    whose = {name: getattr(identity, name) for name in ("project_id", "title", "filename", "source_id")}
    await Teller(log, "imp_1").tell(
        VIDEO, NAMES.video("1"), of_video(OLD, VideoRegistered(content=content, **facts, **whose))
    )


def claiming(**claims: Any) -> OldVideo:
    return replace(OLD, claims=replace(OLD.claims, **claims))


def places(problems: list[Any]) -> list[str]:
    return [problem.place for problem in problems]


async def test_what_was_taken_in_well_has_no_faults(
    log: MemoryLog, blobs: BlobStore, verification: Verification
) -> None:
    await take_in(log, await blobs.put_bytes(b"abc"))
    assert [] == await verification.video_faults(OLD)


async def test_what_is_not_there_is_a_fault(verification: Verification) -> None:
    assert ["videos[0]"] == places(await verification.video_faults(OLD))


async def test_a_file_that_is_not_stored_is_a_fault(log: MemoryLog, verification: Verification) -> None:
    await take_in(log, BlobRef(sha256="0" * 64, size_bytes=3, media_type="video/mp4"))
    assert ["videos[0]"] == places(await verification.video_faults(OLD))


async def test_another_video_under_the_same_id_is_a_fault(
    log: MemoryLog, blobs: BlobStore, verification: Verification
) -> None:
    await take_in(log, await blobs.put_bytes(b"abc"))
    other = replace(
        OLD, title="Two", filename="two.mp4", project_old_id="8", created_at=datetime(2022, 1, 1, tzinfo=UTC)
    )
    assert [f"videos[0].{name}" for name in ("project", "title", "filename", "created_at")] == places(
        await verification.video_faults(other)
    )


async def test_what_somebody_removed_here_is_not_missed(log: MemoryLog, verification: Verification) -> None:
    await take_in(log, BlobRef(sha256="0" * 64, size_bytes=3, media_type="video/mp4"))
    somebody = Origin(source="gateway", actor="user:test", correlation_id="c-1")
    await log.append((await load(log, VIDEO, NAMES.video("1"))).changes(VideoPurged()), somebody)
    assert [] == await verification.video_faults(OLD)


@pytest.mark.parametrize(
    ("claims", "differing"),
    [
        ({"duration": 10.4, "width": 640}, []),
        ({"duration": 11.0}, ["videos[0].duration"]),
        ({"width": 1280, "size_bytes": 4}, ["videos[0].size_bytes", "videos[0].width"]),
        ({"sha256": "0" * 64}, ["videos[0].sha256"]),
    ],
)
async def test_where_the_list_is_wrong_about_a_file_is_a_difference(
    log: MemoryLog, blobs: BlobStore, verification: Verification, claims: dict[str, Any], differing: list[str]
) -> None:
    await take_in(log, await blobs.put_bytes(b"abc"))
    assert differing == places(await verification.differences(claiming(**claims)))
