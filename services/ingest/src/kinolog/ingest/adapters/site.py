"""Videos that a site shows on its pages, by yt-dlp, which runs as a child program."""

import asyncio
import os
import re
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kinolog.common.jobs import DownloadChoices, DownloadInput, DownloadPlaylistInput, DownloadStrategy, MediaChoice
from kinolog.common.sealing import Sealer, open_secret
from kinolog.common.worker.context import JobContext
from kinolog.ingest.adapters.fingerprint import fingerprint
from kinolog.ingest.adapters.site_child import SiteChild
from kinolog.ingest.adapters.site_merge import SiteMerge
from kinolog.ingest.domain.fetching import Fetched, Subtitles
from kinolog.ingest.domain.identities import label, refuse_another
from kinolog.ingest.domain.site import (
    COOKIES_FILE,
    Brought,
    Described,
    Listed,
    SiteLimits,
    SiteProgress,
    SiteQuestion,
    SiteTask,
)

_LONGEST_STEM: Final = 180
_SUFFIX: Final = re.compile(r"[a-z0-9]{2,5}")


@dataclass(frozen=True, slots=True)
class Site:
    child: SiteChild
    merge: SiteMerge
    limits: SiteLimits
    sealer: Sealer

    async def identify(self, job: DownloadInput, folder: Path, ctx: JobContext) -> str | None:
        """Raises WorkError. What was found out stays in the attempt's folder for `fetch`."""
        ctx.progress("look")
        private = ctx.workdir / "site"
        await self._prepare(private, job, ctx)
        question = self._question(SiteTask.DESCRIBE, job, folder, private)
        return (await self.child.ask(question, Described, _unheard)).source_id

    async def fetch(self, job: DownloadInput, folder: Path, ctx: JobContext) -> Fetched:
        """Raises WorkError. What was received stays in `folder`, where the next attempt goes on with it."""
        private = ctx.workdir / "site"
        ctx.progress("download")
        question = self._question(SiteTask.FETCH, job, folder, private)
        try:
            brought = await self.child.ask(question, Brought, partial(_report, ctx))
        finally:
            await _remove(private)
        return await self._fetched(job, brought, folder, ctx)

    async def entries(self, job: DownloadPlaylistInput, ctx: JobContext) -> Listed:
        """What a playlist, channel or feed has, as far as it was asked for. Raises WorkError."""
        ctx.progress("look")
        private = ctx.workdir / "site"
        await self._prepare(private, job, ctx)
        question = self._question(SiteTask.LIST, job, private, private)
        try:
            return await self.child.ask(
                question.model_copy(update={"first": job.first, "limit": job.limit}), Listed, _unheard
            )
        finally:
            await _remove(private)

    async def _prepare(self, private: Path, choices: DownloadChoices, ctx: JobContext) -> None:
        """A folder that nobody else may look into, with the cookies in it where some are to be used."""
        await asyncio.to_thread(private.mkdir, mode=0o700, exist_ok=True)
        if choices.cookies is not None:
            cookies = await open_secret(ctx.load, self.sealer, choices.cookies)
            await asyncio.to_thread(_write_private, private / COOKIES_FILE, cookies)

    def _question(
        self, task: SiteTask, job: DownloadInput | DownloadPlaylistInput, folder: Path, private: Path
    ) -> SiteQuestion:
        """The choices alone: nothing else of a job concerns the program."""
        given = job.model_dump(include=set(DownloadChoices.model_fields))
        return SiteQuestion(
            task=task,
            url=job.url,
            choices=DownloadChoices.model_validate(given),
            folder=str(folder.absolute()),
            private_folder=str(private.absolute()),
            proxy_url="",
            limits=self.limits,
        )

    async def _fetched(self, job: DownloadInput, brought: Brought, folder: Path, ctx: JobContext) -> Fetched:
        file, suffix = await self._one_file(job, brought, folder, ctx)
        found = await fingerprint(file, partial(ctx.progress, "verify"))
        refuse_another(job, found)
        return Fetched(
            file,
            found,
            filename=_filename(brought.title, suffix),
            strategy=DownloadStrategy.SITE,
            title=brought.title,
            description=folder / brought.description,
            subtitles=tuple(Subtitles(folder / each.file, each.language) for each in brought.subtitles),
            missing_subtitles=brought.missing_subtitles,
        )

    async def _one_file(self, job: DownloadInput, brought: Brought, folder: Path, ctx: JobContext) -> tuple[Path, str]:
        """What came as one file stays as it is, byte by byte."""
        files = [folder / name for name in brought.files]
        wants_picture = job.media is MediaChoice.VIDEO
        if len(files) == 1 and not brought.is_streamed and (wants_picture or not brought.has_picture):
            return files[0], brought.extension
        ctx.progress("merge")
        is_webm = brought.extension == "webm"
        merged = await self.merge.merge(files, folder, is_webm=is_webm, wants_picture=wants_picture)
        return merged, merged.suffix.removeprefix(".")


def _filename(title: str | None, suffix: str) -> str:
    """A title is no path, and what a site calls an ending may be anything."""
    stem = label((title or "video").replace("/", "-").replace("\\", "-"))[:_LONGEST_STEM]
    return f"{stem}.{suffix if _SUFFIX.fullmatch(suffix) else 'mp4'}"


def _unheard(_: SiteProgress) -> None:
    """Looking has no percent."""


def _report(ctx: JobContext, progress: SiteProgress) -> None:
    ctx.progress(
        "download",
        progress.percent,
        eta_seconds=progress.eta_seconds,
        done_bytes=progress.done_bytes,
        total_bytes=progress.total_bytes,
        bytes_per_second=progress.bytes_per_second,
    )


def _write_private(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)


async def _remove(folder: Path) -> None:
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
