"""`kinolog import projects.json` into a real log and real storage: as it was, once, and verified."""

import asyncio
import json
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness.platform import SAMPLE

from kinolog.cli.library.retelling import Names
from kinolog.common.aggregates import JOB, PROJECT, VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.events import RecordedEvent
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing import NatsServer, eventually

KINOLOG = Path(sys.executable).with_name("kinolog")
CREATED, UPDATED = "2021-01-01T08:00:00+00:00", "2022-02-02T08:00:00+00:00"
TIMES = {"created_at": CREATED, "updated_at": UPDATED}


@dataclass(frozen=True)
class Library:
    """A `projects.json` with its files beside it, and where they are to go."""

    folder: Path
    nats_url: str

    @property
    def blobs_url(self) -> str:
        return (self.folder.parent / "blobs").as_uri()

    def write(self, *videos: dict[str, Any]) -> None:
        document = [{"id": 1, "name": "Films", **TIMES, "videos": list(videos)}]
        (self.folder / "projects.json").write_text(json.dumps(document))

    async def begin(self, *options: str) -> Process:
        places = ("--nats-url", self.nats_url, "--blobs-url", self.blobs_url)
        words = ("import", str(self.folder / "projects.json"), *places, *options)
        return await asyncio.create_subprocess_exec(KINOLOG, *words, stdout=PIPE, stderr=STDOUT)

    async def take_in(self, *options: str) -> tuple[int | None, dict[str, Any]]:
        """The exit status and the report."""
        process = await self.begin("--report", str(self.folder.parent / "report.json"), *options)
        said, _ = await process.communicate()
        report: dict[str, Any] = json.loads((self.folder.parent / "report.json").read_text())
        assert said, "it tells people as well"
        return process.returncode, report


@pytest.fixture
def library(tmp_path: Path, nats_server: NatsServer, jetstream_log: JetStreamLog) -> Library:
    (tmp_path / "old/downloads").mkdir(parents=True)
    shutil.copy(SAMPLE, tmp_path / "old/downloads/one.mp4")
    return Library(tmp_path / "old", nats_server.url)


def video(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": number, "title": f"Video {number}", "file_path": "downloads/one.mp4", **TIMES, **fields}


def counts(report: dict[str, Any]) -> dict[str, int]:
    return dict(report["counts"]["videos"])


async def test_a_library_comes_with_its_times_and_its_files(library: Library, jetstream_log: JetStreamLog) -> None:
    library.write(video(1, duration=99), video(2, parent_video_id=1, is_clip=True, is_deleted=True))
    status, report = await library.take_in()
    assert (0, {"imported": 2}, 2, []) == (status, counts(report), report["verified"], report["faults"])
    assert ["projects[0].videos[0].duration"] == [each["place"] for each in report["differences"]]
    project = (await load(jetstream_log, PROJECT, Names("").project("1"))).require()
    first, second = [(await load(jetstream_log, VIDEO, Names("").video(old))).require() for old in ("1", "2")]
    for thing in (project, first, second):
        assert (CREATED, UPDATED) == (thing.created_at.isoformat(), thing.updated_at.isoformat())
    assert (project.id, "Video 1", SAMPLE.stat().st_size) == (first.project_id, first.title, first.size_bytes)
    assert (first.id, True, True) == (second.parent_video_id, second.is_clip, second.is_deleted)
    assert first.thumbnail is not None
    assert SAMPLE.read_bytes() == await BlobStore.open(library.blobs_url).read(first.content)


async def test_the_same_list_again_changes_nothing(library: Library, jetstream_log: JetStreamLog) -> None:
    library.write(video(1))
    await library.take_in()
    before = await jetstream_log.last_sequence()
    status, report = await library.take_in()
    assert (0, {"known": 1}, before) == (status, counts(report), await jetstream_log.last_sequence())


async def test_what_is_there_is_analyzed_as_uploads_are_and_once(library: Library, jetstream_log: JetStreamLog) -> None:
    library.write(video(1), video(2, is_deleted=True))
    await library.take_in("--no-analysis")
    before = await jetstream_log.last_sequence()
    for _ in range(2):
        await library.take_in()
    (queued,) = (await jetstream_log.scan(before, 10)).entries
    assert isinstance(queued, RecordedEvent)
    job = (await load(jetstream_log, JOB, queued.subject.id)).require()
    assert ("analyze", "ingest", Names("").video("1"), "pending") == (job.type, job.queue, job.video_id, job.status)


async def test_a_rehearsal_writes_nothing(library: Library, jetstream_log: JetStreamLog) -> None:
    library.write(video(1), video(2, file_path="gone.mp4"))
    status, report = await library.take_in("--dry-run")
    assert (1, {"would be imported": 1, "failed": 1}) == (status, counts(report))
    assert (0, None) == (await jetstream_log.last_sequence(), report["backup"])
    assert ["downloads", "projects.json"] == sorted(path.name for path in library.folder.iterdir())


async def test_what_is_missing_or_broken_is_told_and_the_rest_taken_in(library: Library) -> None:
    (library.folder / "broken.mp4").write_bytes(b"no film at all")
    library.write(video(1), video(2, file_path="gone.mp4"), video(3, file_path="broken.mp4"))
    status, report = await library.take_in()
    assert (1, {"imported": 1, "failed": 1, "refused": 1}) == (status, counts(report))
    assert "no file gone.mp4" in {each["old_id"]: each["detail"] for each in report["videos"]}["2"]


async def test_what_was_missing_comes_with_the_next_run(library: Library) -> None:
    library.write(video(1), video(2, file_path="late.mp4"))
    await library.take_in()
    shutil.copy(SAMPLE, library.folder / "late.mp4")
    status, report = await library.take_in()
    assert (0, {"known": 1, "imported": 1}) == (status, counts(report))


async def test_an_import_that_was_killed_is_gone_on_with(library: Library, jetstream_log: JetStreamLog) -> None:
    library.write(*map(video, range(6)))
    process = await library.begin("--jobs", "1")

    async def has_begun() -> bool:
        return await jetstream_log.last_sequence() > 2

    await eventually(has_begun, within=60)
    process.kill()
    await process.communicate()
    status, report = await library.take_in()
    assert (0, 6, []) == (status, report["verified"], report["faults"])
    assert 6 == len(await jetstream_log.births("video"))


async def test_the_list_is_copied_before_anything_is_done(library: Library) -> None:
    library.write(video(1))
    _, report = await library.take_in()
    assert (library.folder / "projects.json").read_bytes() == Path(report["backup"]).read_bytes()


async def test_a_stored_file_that_was_damaged_is_found(library: Library, jetstream_log: JetStreamLog) -> None:
    library.write(video(1))
    await library.take_in()
    content = (await load(jetstream_log, VIDEO, Names("").video("1"))).require().content
    blob = next((library.folder.parent / "blobs").rglob(content.sha256))
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    status, report = await library.take_in()
    assert (1, True) == (status, "other bytes" in report["faults"][0]["text"])


async def test_the_audit_has_nothing_against_the_past(library: Library) -> None:
    library.write(video(1), video(2, is_deleted=True))
    await library.take_in()
    places = ("--nats-url", library.nats_url, "--blobs-url", library.blobs_url)
    audit = await asyncio.create_subprocess_exec(KINOLOG, "audit", *places, "--deep", stdout=PIPE, stderr=STDOUT)
    said, _ = await audit.communicate()
    assert 0 == audit.returncode, said.decode()


async def test_an_option_for_folders_is_not_forgotten_silently(library: Library) -> None:
    library.write()
    process = await library.begin("--watch")
    said, _ = await process.communicate()
    assert (1, True) == (process.returncode, said.decode().startswith("kinolog: --watch"))
