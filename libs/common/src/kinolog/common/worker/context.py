"""What a handler sees of its job besides the input: the job itself, the log, blobs, a folder, progress."""

from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from kinolog.common.aggregates import CAPTION, JOB, VIDEO, Aggregate, Caption, Change, Job, Loaded, Video
from kinolog.common.aggregates.base import S, unborn
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.events.job import Submission
from kinolog.common.ids import IdSource, new_id
from kinolog.common.log import AsOf, EventLog, load
from kinolog.common.worker.children import Children
from kinolog.common.worker.progress import Progress

SaveCheckpoint = Callable[[dict[str, Any]], Awaitable[None]]


async def _save_nowhere(_: dict[str, Any]) -> None:
    return


class JobContext:
    """One attempt of one job.

    Cancelling the job cancels the handler's task: adapters stop what they started when CancelledError reaches them.
    A handler ends its attempt otherwise by raising PermanentError, PassingError, Snooze or Cancelled. `children` has
    other workers do a part of the work; it is None where there are none to ask.
    """

    def __init__(
        self,
        job: Job,
        *,
        service: str,
        log: EventLog,
        blobs: BlobStore,
        workdir: Path,
        on_progress: Callable[[Progress], None],
        on_checkpoint: SaveCheckpoint = _save_nowhere,
        make_id: IdSource = new_id,
        children: Children | None = None,
    ) -> None:
        self.job = job
        self.children = children
        self.blobs = blobs
        self.has_workdir = False
        self._workdir = workdir
        self._service = service
        self._log = log
        self._on_progress = on_progress
        self._on_checkpoint = on_checkpoint
        self._make_id = make_id
        self._changes: list[Change] = []
        self._as_of: AsOf | None = None

    @property
    def workdir(self) -> Path:
        """A folder private to the attempt, removed after it; made when it is first asked for. Raises PassingError."""
        if not self.has_workdir:
            try:
                self._workdir.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                message = f"no folder to work in: {error.strerror}"
                raise PassingError("no_work_folder", message, detail=repr(error)) from error
            self.has_workdir = True
        return self._workdir

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is committed together with the job's completion."""
        return tuple(self._changes)

    @property
    def checkpoint_of_last_attempt(self) -> dict[str, Any] | None:
        """What an earlier attempt saved last, None where none did."""
        return self.job.checkpoint

    async def save_checkpoint(self, state: dict[str, Any]) -> None:
        """Keep what the next attempt needs so as not to begin from nothing: JSON, small; what is big goes into a blob.

        Raises Refused for a state that is too large for the log, LogUnavailable and OutcomeUnknown.
        """
        await self._on_checkpoint(state)

    def progress(
        self,
        phase: str,
        percent: float | None = None,
        *,
        speed: float | None = None,
        eta_seconds: float | None = None,
        frame: int | None = None,
        done_bytes: int | None = None,
        total_bytes: int | None = None,
        bytes_per_second: float | None = None,
    ) -> None:
        """Tell how far the job is. Cheap: call it as often as there is something to tell, from the event loop."""
        progress = Progress(
            phase=phase,
            percent=percent,
            speed=speed,
            eta_seconds=eta_seconds,
            frame=frame,
            done_bytes=done_bytes,
            total_bytes=total_bytes,
            bytes_per_second=bytes_per_second,
        )
        self._on_progress(progress)

    def part(self, begin: float, end: float) -> "JobContext":
        """The same attempt, for a part of its work: what that reports as 0 to 100 % counts from `begin` to `end`.

        It never goes back, however many phases the part has. The time left is not passed on, since that of a part says
        nothing of the whole. Raises PassingError.
        """
        _ = self.workdir  # Only the whole attempt removes its folder, so it has to know that there is one.
        furthest = begin

        def report(progress: Progress) -> None:
            nonlocal furthest
            furthest = max(furthest, begin + (end - begin) * (progress.percent or 0.0) / 100)
            self._on_progress(replace(progress, percent=furthest, eta_seconds=None))

        part = copy(self)
        part._on_progress = report
        return part

    def rehearsal(self, job: Job, *, as_of: AsOf, blobs: BlobStore, workdir: Path) -> "JobContext":
        """The surroundings of another job as they were once; nothing that it creates or changes is ever committed."""
        rehearsal = self.part(0, 100)
        rehearsal.job, rehearsal.blobs, rehearsal._workdir, rehearsal.has_workdir = job, blobs, workdir, False
        # Jobs for others would be real ones.
        rehearsal.children = None
        rehearsal._as_of, rehearsal._changes, rehearsal._on_checkpoint = as_of, [], _save_nowhere
        return rehearsal

    async def load(self, aggregate: Aggregate[S], aggregate_id: str, *, as_of: AsOf | None = None) -> Loaded[S]:
        return await load(self._log, aggregate, aggregate_id, as_of=self._as_of if as_of is None else as_of)

    async def history(self, aggregate: Aggregate[S], aggregate_id: str) -> list[RecordedEvent]:
        """All events of an aggregate, in order."""
        return await self._log.read(aggregate.kind, aggregate_id)

    async def captions_of(self, video_id: str) -> list[Loaded[Caption]]:
        """Those that are not deleted, in the order in which they were made. See `EventLog.births` for what it costs.

        It asks the log and not the catalog, which may lag behind or be down.
        """
        born = [each for each in await self._log.births(CAPTION.kind) if isinstance(each, RecordedEvent)]
        created = [each for each in born if getattr(each.event, "video_id", None) == video_id]
        captions = [await self.load(CAPTION, each.subject.id) for each in created]
        return [each for each in captions if each.state is not None and not each.state.is_deleted]

    async def video(self) -> Video:
        """The video that the job names. Raises PermanentError where it is missing or deleted."""
        loaded = await self.load(VIDEO, self.job.video_id or "")
        if loaded.state is None or loaded.state.is_deleted:
            raise PermanentError("video_missing", f"the video {self.job.video_id} does not exist or is deleted")
        return loaded.state

    def create(self, aggregate: Aggregate[S], *events: Event) -> str:
        """Bring a new aggregate to life when the job completes, and return its id."""
        aggregate_id = self._make_id(aggregate.id_prefix)
        self.change(unborn(aggregate, aggregate_id), *events)
        return aggregate_id

    def change(self, loaded: Loaded[S], *events: Event) -> None:
        """Append to an aggregate when the job completes, provided nobody else does so before."""
        self._changes += loaded.changes(*events, written_by=self._service)

    def submit(self, submission: Submission, job_id: str | None = None) -> str:
        """Queue another job when this one completes, and return its id: a new one, or one that nobody has yet."""
        job_id = job_id or self._make_id(JOB.id_prefix)
        # Workers find it by how its subject ends, which therefore does not name who wrote it.
        self._changes += unborn(JOB, job_id).changes(submit_job(submission))
        return job_id
