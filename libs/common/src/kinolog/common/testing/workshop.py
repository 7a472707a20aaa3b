"""A worker's surroundings without a worker: a log in memory, blobs in a folder, and contexts to call handlers with."""

from dataclasses import dataclass, field
from pathlib import Path

from kinolog.common.aggregates import CAPTION, JOB, VIDEO, Video
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue, cues_to_json
from kinolog.common.testing.examples import ORIGIN, registered, submitted
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.progress import Progress


@dataclass
class Workshop:
    """`reports` collects the progress of every job that was begun here."""

    folder: Path
    log: MemoryLog = field(default_factory=MemoryLog)
    reports: list[Progress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blobs = BlobStore.open(f"file://{self.folder / 'blobs'}")

    async def begin(self, service: str, **submission: object) -> JobContext:
        """The context of a first attempt at a new job."""
        job_id = await submitted(self.log, **submission)
        workdir = self.folder / "work" / job_id
        workdir.mkdir(parents=True)
        return JobContext(
            (await load(self.log, JOB, job_id)).require(),
            service=service,
            log=self.log,
            blobs=self.blobs,
            workdir=workdir,
            on_progress=self.reports.append,
        )

    async def add_video(self, file: Path, **changes: object) -> str:
        """Store a film and register it, as two seconds of what its suffix says. Returns the video's id."""
        content = await self.blobs.put_file(file, "video/mp4")
        known = {"content": content, "duration": 2.0, "container": file.suffix.removeprefix(".")}
        return await registered(self.log, **{**known, **changes})

    async def add_caption(self, video_id: str, *cues: Cue, **changes: object) -> str:
        """Give a video a caption, and return its id."""
        blob = await self.blobs.put_bytes(cues_to_json(cues))
        video = await self.video(video_id)
        known = {"video_id": video_id, "project_id": video.project_id, "filename": "film.srt", "language": "en"}
        created = CaptionCreated.model_validate({**known, "cues": blob, "cue_count": len(cues), **changes})
        caption_id = new_id("cap")
        await self.log.append(unborn(CAPTION, caption_id).changes(created), ORIGIN)
        return caption_id

    async def commit(self, ctx: JobContext) -> None:
        """Write what the job made, as its completion would."""
        await self.log.append(ctx.changes, ORIGIN)

    async def video(self, video_id: str) -> Video:
        return (await load(self.log, VIDEO, video_id)).require()

    def path_of(self, blob: BlobRef) -> Path:
        return next(self.folder.glob(f"blobs/**/{blob.sha256}"))

    def blob_count(self) -> int:
        return sum(path.is_file() for path in self.folder.glob("blobs/**/*"))

    @property
    def phases(self) -> list[str]:
        """The names of the phases that were reported, each once, in order."""
        return list(dict.fromkeys(report.phase for report in self.reports))
