"""Taking a file into a running platform: once, however often it is tried, and without sending what is there already."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import ApiRefused, Unreachable
from kinolog.cli.library.bars import FileBar
from kinolog.cli.library.folder import Found
from kinolog.cli.library.local_file import Metered, fingerprint
from kinolog.cli.library.settings import ImportSettings
from kinolog.cli.library.tally import Outcome, Verdict
from kinolog.common.ids import derived_id

T = TypeVar("T")

_FINAL: Final = ("completed", "failed", "cancelled")
# The platform says no to whoever asks, or to the project, whatever the file.
_NOT_ABOUT_THE_FILE: Final = (401, 403, 404)
_MAY_PASS: Final = (408, 425, 429)
_CHANGED_MEANWHILE: Final = (409,)


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
            sha256 = await fingerprint(found.path, bar.hashed)
            # Of two files with the same bytes the second waits for what becomes of the first.
            async with self._turns[sha256]:
                verdict, detail = await self._take_in(found, sha256, bar)
        except OSError as error:
            verdict, detail = Verdict.FAILED, f"cannot be read: {error.strerror}"
        except Unreachable as error:
            verdict, detail = Verdict.FAILED, str(error)
        except ApiRefused as error:
            if error.status in _NOT_ABOUT_THE_FILE:
                raise
            is_for_good = error.status < 500 and error.status not in (*_MAY_PASS, *_CHANGED_MEANWHILE)
            verdict, detail = Verdict.REFUSED if is_for_good else Verdict.FAILED, str(error)
        return Outcome(found.path, verdict, detail)

    async def _take_in(self, found: Found, sha256: str, bar: FileBar) -> tuple[Verdict, str]:
        if (video := await self._patiently(lambda: self._known(sha256))) is not None:
            return Verdict.KNOWN, f"as {video['id']}{' (deleted)' if video['is_deleted'] else ''}"
        if self.is_rehearsal:
            return self._plan(sha256)
        job, is_replay = await self._patiently(lambda: self._send(found, sha256, bar))
        bar.waits()
        return _verdict(await self._ended(job, is_replay=is_replay), is_replay=is_replay)

    def _plan(self, sha256: str) -> tuple[Verdict, str]:
        if sha256 in self._planned:
            return Verdict.KNOWN, "as another file of the folder"
        self._planned.add(sha256)
        return Verdict.PLANNED, ""

    async def _known(self, sha256: str) -> Json | None:
        """The project's video of these bytes. One that was deleted stays so: whoever did that had a reason."""
        if self.project_id is None:
            return None
        for deleted in (False, True):
            page = await self.client.get(
                "videos", project_id=self.project_id, sha256=sha256, deleted=str(deleted).lower(), limit=1
            )
            for video in page["data"]:
                if video["content"]["sha256"] == sha256:
                    return dict(video)
        return None

    async def _send(self, found: Found, sha256: str, bar: FileBar) -> tuple[Json, bool]:
        assert self.project_id is not None, "only a rehearsal has no project"  # noqa: S101
        name = os.fsencode(found.path.name).decode(errors="replace")
        # By its name as well: the same key for another request would be refused.
        key = derived_id("imp", self.project_id, sha256, name)
        with Metered(found.path, bar.sent) as file:
            return await self.client.send_file(
                self.project_id, name, file, sha256=sha256, key=key, answer_seconds=self.settings.answer_timeout_seconds
            )

    async def _ended(self, job: Json, *, is_replay: bool) -> Json:
        """The job when it has ended, begun again where an earlier run saw it fail of something that may pass."""
        job_id = str(job["id"])
        if is_replay and job["status"] == "failed" and not _is_about_the_file(job):
            job = await self._patiently(lambda: self.client.post("jobs", job_id, "retry"))
        deadline = _now() + self.settings.job_timeout_seconds
        while job["status"] not in _FINAL and _now() < deadline:
            await asyncio.sleep(self.settings.job_poll_seconds)
            job = await self._patiently(lambda: self.client.job(job_id))
        return job

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the platform answers once it can. Raises what it said last when that takes too long."""
        deadline = _now() + self.settings.patience_seconds
        while True:
            try:
                return await call()
            except (ApiRefused, Unreachable) as error:
                if not _may_pass(error) or _now() >= deadline:
                    raise
            await asyncio.sleep(self.settings.retry_pause_seconds)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _may_pass(error: ApiRefused | Unreachable) -> bool:
    return isinstance(error, Unreachable) or error.status >= 500 or error.status in _MAY_PASS


def _is_about_the_file(job: Json) -> bool:
    return str(job.get("error_kind")).startswith("media_")


def _verdict(job: Json, *, is_replay: bool) -> tuple[Verdict, str]:
    match job["status"]:
        case "completed":
            return Verdict.KNOWN if is_replay else Verdict.IMPORTED, f"as {job['output_data']['video_id']}"
        case "failed" if _is_about_the_file(job):
            return Verdict.REFUSED, str(job["error_message"])
        case "failed":
            return Verdict.FAILED, str(job["error_message"])
        case "cancelled":
            return Verdict.FAILED, f"its upload was cancelled: `kinolog retry {job['id']}` begins it again"
    return Verdict.FAILED, f"its upload has not ended yet: see `kinolog why {job['id']}`"
