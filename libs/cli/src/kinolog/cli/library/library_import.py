"""An old library's way into the log: its projects and videos as events of their time, its files as blobs."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from kinolog.cli.library.at_once import at_once
from kinolog.cli.library.bars import ImportBars
from kinolog.cli.library.export import Export, OldProject, OldVideo
from kinolog.cli.library.file_finder import FileFinder, NotFound
from kinolog.cli.library.folder import Found
from kinolog.cli.library.report import Item, LibraryReport
from kinolog.cli.library.retelling import Names, Step, identity_of, of_project, of_video
from kinolog.cli.library.tally import Verdict
from kinolog.cli.library.telling import Teller, is_only_imported
from kinolog.cli.library.verification import Verification
from kinolog.common.aggregates import JOB, PROJECT, VIDEO
from kinolog.common.aggregates.base import fold
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PermanentError, StorageFailed, WorkError
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.media.analysis import analysis_of
from kinolog.common.media.inspector import Inspector
from kinolog.common.media.publish import events_of


@dataclass(slots=True)
class LibraryImport:
    """Adds to its report as it goes. So many `jobs` videos are taken in at once."""

    teller: Teller
    blobs: BlobStore
    inspector: Inspector
    finder: FileFinder
    verification: Verification
    names: Names
    report: LibraryReport
    jobs: int
    is_rehearsal: bool
    analyzes: bool
    _closed: set[str] = field(default_factory=set)
    _video_ids: frozenset[str] = frozenset()

    async def run(self, export: Export, bars: ImportBars) -> None:
        """Raises LogError."""
        self._video_ids = frozenset(video.old_id for video in export.videos)
        for project in export.projects:
            self.report.projects.append(await self._project(project))

        async def take(video: OldVideo) -> None:
            self.report.videos.append(await self._video(video, bars))

        await at_once(self.jobs, export.videos, take)
        order = {video.place: number for number, video in enumerate(export.videos)}
        self.report.videos.sort(key=lambda item: order[item.place])
        if not self.is_rehearsal:
            await self._verify(export)

    async def _project(self, old: OldProject) -> Item:
        project_id = self.names.project(old.old_id)
        told = await self.teller.told(PROJECT, project_id)
        if _was_removed(told, project_id):
            self._closed.add(old.old_id)
            return Item(old.place, old.old_id, project_id, Verdict.KNOWN, "was deleted here since")
        if not self.is_rehearsal:
            await self.teller.tell(PROJECT, project_id, of_project(old))
        return Item(old.place, old.old_id, project_id, Verdict.KNOWN if told else self._new)

    async def _video(self, old: OldVideo, bars: ImportBars) -> Item:
        video_id = self.names.video(old.old_id)
        told = await self.teller.told(VIDEO, video_id)
        if told:
            if not self.is_rehearsal:
                await self.teller.tell(VIDEO, video_id, of_video(old))
            verdict, detail = Verdict.KNOWN, ""
        elif old.project_old_id in self._closed:
            verdict, detail = Verdict.REFUSED, "its project was deleted here since"
        else:
            verdict, detail = await self._new_video(old, video_id, bars)
        if self.analyzes and verdict in (Verdict.IMPORTED, Verdict.KNOWN) and not self.is_rehearsal:
            await self._have_analyzed(old, video_id)
        return Item(old.place, old.old_id, video_id, verdict, detail)

    async def _new_video(self, old: OldVideo, video_id: str, bars: ImportBars) -> tuple[Verdict, str]:
        try:
            file = self.finder.find(old)
            if not self.is_rehearsal:
                with bars.file(_as_found(file)) as bar:
                    bar.waits()
                    made = await self._take_in(old, file)
                await self.teller.tell(VIDEO, video_id, of_video(old, *made))
        except PermanentError as error:
            return Verdict.REFUSED, error.message
        except (NotFound, WorkError, StorageFailed) as error:
            return Verdict.FAILED, str(error)
        except OSError as error:
            return Verdict.FAILED, f"its file cannot be read: {error.strerror}"
        return self._new, str(file)

    async def _have_analyzed(self, old: OldVideo, video_id: str) -> None:
        """As what is uploaded is; once, and not where it was done already."""
        video = fold(VIDEO, video_id, await self.teller.told(VIDEO, video_id)).state
        if video is not None and not video.is_deleted and video.storyboard is None and video.waveform is None:
            queued = submit_job(analysis_of(video_id, video.project_id))
            await self.teller.tell(JOB, self.names.analysis(old.old_id), [Step(None, (queued,))])

    async def _take_in(self, old: OldVideo, file: Path) -> list[Event]:
        """Stored first, and looked into as it is stored: the list may be wrong, and the file may still change."""
        content = await self.blobs.put_file(file)
        with TemporaryDirectory(prefix="kinolog-import-") as folder:
            async with self.blobs.local_file(content, Path(folder)) as stored:
                inspected = await self.inspector.inspect(stored, Path(folder))
            identity = identity_of(old, self.names, has_parent=old.parent_old_id in self._video_ids)
            return await events_of(self.blobs, None, identity, content, inspected)

    async def _verify(self, export: Export) -> None:
        here = {item.place for item in (*self.report.projects, *self.report.videos) if _is_here(item)}
        for project in export.projects:
            self.report.faults += await self.verification.project_faults(project)
        for video in (video for video in export.videos if video.place in here):
            self.report.faults += await self.verification.video_faults(video)
            self.report.differences += await self.verification.differences(video)
            self.report.verified += 1

    @property
    def _new(self) -> Verdict:
        return Verdict.PLANNED if self.is_rehearsal else Verdict.IMPORTED


def _was_removed(told: list[RecordedEvent], project_id: str) -> bool:
    """By somebody here, that is: a project may come deleted as well."""
    if not told or is_only_imported(told):
        return False
    project = fold(PROJECT, project_id, told).state
    return project is None or project.is_deleted


def _as_found(file: Path) -> Found:
    status = file.stat()
    return Found(file, status.st_size, status.st_mtime_ns)


def _is_here(item: Item) -> bool:
    return item.verdict in (Verdict.IMPORTED, Verdict.KNOWN)
