"""Downloads from sites that are broken off: what is there already is not fetched again."""

import asyncio
import fcntl
import hashlib
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from harness.pages import Pages, page, player
from harness.site_visitor import Visitor
from harness.web_server import WebServer, answer_file, web_server

from kinolog.common.errors import PassingError
from kinolog.common.testing import eventually
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.context import JobContext

# yt-dlp writes in blocks, so less than what was sent is on disk.
RECEIVED = 50_000


@pytest.fixture
def visit(workshop: Workshop) -> Visitor:
    return Visitor(workshop)


def readers_of(folder: Path) -> list[int]:
    """The processes that read sites for the jobs of this test alone."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if b"kinolog.ingest.site_program" in command and str(folder).encode() in command:
            found.append(int(process.name))
    return found


def next_attempt(ctx: JobContext, workshop: Workshop) -> JobContext:
    job = ctx.job.model_copy(update={"attempt": ctx.job.attempt + 1})
    workdir = workshop.folder / "work" / f"{job.id}-{job.attempt}"
    report = workshop.reports.append
    return JobContext(
        job, service="ingest", log=workshop.log, blobs=workshop.blobs, workdir=workdir, on_progress=report
    )


def ranges(server: WebServer, path: str) -> list[int | None]:
    return [asked.first_byte for asked in server.asked if asked.path == path]


async def test_a_killed_download_goes_on_from_the_bytes_on_disk(
    visit: Visitor, workshop: Workshop, film: bytes
) -> None:
    is_over = asyncio.Event()
    broken = answer_file(film, stop_after=len(film) // 2, then=is_over.wait)
    pages = Pages({"/watch": page(player("/film.mp4")), "/film.mp4": broken})
    async with web_server(pages) as server:
        ctx = await visit.begin(f"{server.url}/watch")
        attempt = asyncio.create_task(visit.attempt(ctx))
        await eventually(lambda: sum(file.stat().st_size for file in visit.kept) >= RECEIVED, within=90)
        for process in readers_of(workshop.folder):
            os.kill(process, signal.SIGKILL)
        with pytest.raises(PassingError):
            await attempt
        is_over.set()
        pages.at["/film.mp4"] = answer_file(film)
        output: Any = await visit.attempt(next_attempt(ctx, workshop))
    assert hashlib.sha256(film).hexdigest() == output.sha256
    assert (ranges(server, "/film.mp4")[-1] or 0) >= RECEIVED


async def test_a_file_that_changed_meanwhile_is_fetched_anew(visit: Visitor, workshop: Workshop, film: bytes) -> None:
    visit.settings["site_stall_seconds"] = 6.0
    is_over = asyncio.Event()
    old = answer_file(bytes(len(film)), etag='"old"', stop_after=len(film) // 2, then=is_over.wait)
    pages = Pages({"/watch": page(player("/film.mp4")), "/film.mp4": old})
    async with web_server(pages) as server:
        ctx = await visit.begin(f"{server.url}/watch")
        with pytest.raises(PassingError):
            await visit.attempt(ctx)
        is_over.set()
        pages.at["/film.mp4"] = answer_file(film)
        output: Any = await visit.attempt(next_attempt(ctx, workshop))
    assert hashlib.sha256(film).hexdigest() == output.sha256


async def test_a_cancelled_download_leaves_no_process(visit: Visitor, workshop: Workshop, film: bytes) -> None:
    is_over = asyncio.Event()
    endless = answer_file(film, stop_after=1_000, then=is_over.wait)
    async with web_server(Pages({"/watch": page(player("/film.mp4")), "/film.mp4": endless})) as server:
        attempt = asyncio.create_task(visit.attempt(await visit.begin(f"{server.url}/watch")))
        await eventually(lambda: readers_of(workshop.folder), within=60)
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        is_over.set()
    assert [] == readers_of(workshop.folder)


async def test_two_attempts_never_write_into_one_file(visit: Visitor, workshop: Workshop, film: bytes) -> None:
    async with web_server(Pages({"/watch": page(player("/film.mp4")), "/film.mp4": film})) as server:
        ctx = await visit.begin(f"{server.url}/watch")
        folder = workshop.folder / "work" / "downloads" / ctx.job.id
        folder.mkdir(parents=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(PassingError) as busy:
                await visit.attempt(ctx)
        output: Any = await visit.attempt(next_attempt(ctx, workshop))
    assert ("source_busy", len(film)) == (busy.value.kind, output.size_bytes)
