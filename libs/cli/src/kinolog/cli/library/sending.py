"""Taking a file into a running platform: once, however often it is tried, and without sending what is there already."""

import asyncio
import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import ApiRefused, Unreachable
from kinolog.cli.library.bars import FileBar
from kinolog.cli.library.folder import Found
from kinolog.cli.library.local_file import Fingerprint, Metered, fingerprint
from kinolog.cli.library.patience import Patience, may_pass, now
from kinolog.cli.library.resumable import Announcement, Standing, announce, append
from kinolog.cli.library.settings import ImportSettings
from kinolog.cli.library.tally import Outcome, Verdict
from kinolog.common.ids import derived_id

_FINAL: Final = ("completed", "failed", "cancelled")
_GONE: Final = 404
# The platform says no to whoever asks, or to the project, whatever the file.
_NOT_ABOUT_THE_FILE: Final = (401, 403, _GONE)


@dataclass(slots=True)
class Sender:
    """Without a project, which only a rehearsal may be, nothing is known and nothing is sent."""

    client: Client
    project_id: str | None
    settings: ImportSettings
    is_rehearsal: bool = False
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _planned: set[str] = field(default_factory=set)

    async def take_in(self, found: Found, bar: FileBar) -> Outcome:
        """Raises ApiRefused where no file would be taken."""
        try:
            read = await fingerprint(found.path, bar.hashed)
            # Of two files with the same bytes the second waits for what becomes of the first.
            async with self._turns[read.sha256]:
                verdict, detail = await self._take_in(found, read, bar)
        except OSError as error:
            verdict, detail = Verdict.FAILED, f"cannot be read: {error.strerror}"
        except (ApiRefused, Unreachable) as error:
            if isinstance(error, ApiRefused) and error.status in _NOT_ABOUT_THE_FILE:
                raise
            verdict, detail = Verdict.FAILED if may_pass(error) else Verdict.REFUSED, str(error)
        return Outcome(found.path, verdict, detail)

    async def _take_in(self, found: Found, read: Fingerprint, bar: FileBar) -> tuple[Verdict, str]:
        if (video := await self._patience.wait_for(lambda: self._known(read.sha256))) is not None:
            return Verdict.KNOWN, f"as {video['id']}{' (deleted)' if video['is_deleted'] else ''}"
        if self.is_rehearsal:
            return self._plan(read.sha256)
        job_id = await self._send(found, read, bar)
        bar.waits()
        return await self._verdict(await self._ended(job_id))

    def _plan(self, sha256: str) -> tuple[Verdict, str]:
        if sha256 in self._planned:
            return Verdict.KNOWN, "as another file of the folder"
        self._planned.add(sha256)
        return Verdict.PLANNED, ""

    async def _known(self, sha256: str) -> Json | None:
        """The project's video of these bytes. One that was deleted stays so: whoever did that had a reason."""
        if self.project_id is None:
            return None
        for deleted in ("false", "true"):
            page = await self.client.get("videos", project_id=self.project_id, sha256=sha256, deleted=deleted, limit=1)
            if page["data"]:
                return dict(page["data"][0])
        return None

    async def _send(self, found: Found, read: Fingerprint, bar: FileBar) -> str:
        """The id of the upload's job. What an earlier run has sent is not sent again."""
        file, sent, deadline = self._announcement(found, read), -1, now()
        with Metered(found.path, bar.sent) as opened:
            while True:
                upload = await self._patience.wait_for(lambda: announce(self.client, file))
                if upload.offset > sent:
                    sent, deadline = upload.offset, now() + self.settings.patience_seconds
                try:
                    upload = await self._append(upload, opened, read.size_bytes)
                except (ApiRefused, Unreachable) as error:
                    await self._patience.after(error, deadline)
                if upload.job_id is not None:
                    return upload.job_id

    async def _append(self, upload: Standing, opened: Metered, size_bytes: int) -> Standing:
        if upload.job_id is not None:
            return upload
        return await append(self.client, upload, opened, size_bytes, self.settings.answer_timeout_seconds)

    def _announcement(self, found: Found, read: Fingerprint) -> Announcement:
        project_id = self.project_id or ""
        name = os.fsencode(found.path.name).decode(errors="replace")
        return Announcement(
            # By its name as well: the same key for another request would be refused.
            key=derived_id("imp", project_id, read.sha256, name),
            size_bytes=read.size_bytes,
            metadata={"project_id": project_id, "filename": name, "sha256": read.sha256},
        )

    async def _ended(self, job_id: str) -> Json:
        """The job when it has ended, begun again where an earlier run saw it fail of something that may pass."""
        job = await self._patience.wait_for(lambda: self.client.job(job_id))
        if job["status"] == "failed" and not _is_about_the_file(job):
            job = await self._patience.wait_for(lambda: self.client.post("jobs", job_id, "retry"))
        deadline = now() + self.settings.job_timeout_seconds
        while job["status"] not in _FINAL and now() < deadline:
            await asyncio.sleep(self.settings.job_poll_seconds)
            job = await self._patience.wait_for(lambda: self.client.job(job_id))
        return job

    async def _verdict(self, job: Json) -> tuple[Verdict, str]:
        match job["status"]:
            case "completed":
                return await self._completed(str(job["output_data"]["video_id"]))
            case "failed":
                return Verdict.REFUSED if _is_about_the_file(job) else Verdict.FAILED, str(job["error_message"])
            case "cancelled":
                return Verdict.FAILED, f"its upload was cancelled: `kinolog retry {job['id']}` begins it again"
        return Verdict.FAILED, f"its upload has not ended yet: see `kinolog why {job['id']}`"

    async def _completed(self, video_id: str) -> tuple[Verdict, str]:
        """An upload of long ago may be found again when its video is gone for good."""
        try:
            await self._patience.wait_for(lambda: self.client.video(video_id))
        except ApiRefused as error:
            if error.status != _GONE:
                raise
            return Verdict.KNOWN, f"as {video_id}, which was removed for good"
        return Verdict.IMPORTED, f"as {video_id}"

    @property
    def _patience(self) -> Patience:
        return Patience(self.settings.patience_seconds, self.settings.retry_pause_seconds)


def _is_about_the_file(job: Json) -> bool:
    return str(job.get("error_kind")).startswith("media_")
