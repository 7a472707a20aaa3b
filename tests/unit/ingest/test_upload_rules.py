"""The rules of taking media in."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from kinolog.common.aggregates import JOB, Job
from kinolog.common.errors import PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.jobs import UploadInput
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import submitted
from kinolog.ingest.adapters.fingerprint import fingerprint
from kinolog.ingest.domain.fetching import Fingerprint
from kinolog.ingest.domain.identities import identity_of, refuse_altered

UPLOAD = UploadInput(
    filename="film.mp4", title="A film", size_bytes=10, content=BlobRef(sha256="a" * 64, size_bytes=10)
)


async def job(project_id: str | None) -> Job:
    log = MemoryLog()
    return (await load(log, JOB, await submitted(log, type="upload", project_id=project_id))).require()


def test_the_bytes_that_were_uploaded_are_taken() -> None:
    refuse_altered(UPLOAD, Fingerprint(10, "a" * 64))


@pytest.mark.parametrize("found", [Fingerprint(9, "a" * 64), Fingerprint(10, "b" * 64)])
def test_other_bytes_are_refused(found: Fingerprint) -> None:
    with pytest.raises(PermanentError, match="upload the file again"):
        refuse_altered(UPLOAD, found)


async def test_a_video_gets_its_name_from_the_upload_and_its_project_from_the_job() -> None:
    identity = identity_of(UPLOAD, await job("prj_1"))
    assert ("prj_1", "A film", "film.mp4") == (identity.project_id, identity.title, identity.filename)


async def test_an_upload_into_no_project_is_refused() -> None:
    with pytest.raises(PermanentError, match="names no project"):
        identity_of(UPLOAD, await job(None))


async def test_a_fingerprint_is_size_and_hash_and_tells_how_far_it_is(tmp_path: Path) -> None:
    content = b"kinolog" * 1_500_000
    await asyncio.to_thread((tmp_path / "film").write_bytes, content)
    percents: list[float] = []
    found = await fingerprint(tmp_path / "film", percents.append)
    assert Fingerprint(len(content), hashlib.sha256(content).hexdigest()) == found
    assert (3, 100.0) == (len(percents), percents[-1])


async def test_an_empty_file_has_a_fingerprint_too(tmp_path: Path) -> None:
    (tmp_path / "film").touch()
    assert Fingerprint(0, hashlib.sha256().hexdigest()) == await fingerprint(tmp_path / "film", lambda percent: None)
