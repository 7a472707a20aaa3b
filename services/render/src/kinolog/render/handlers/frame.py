"""Showing how captions will look: one frame of a film, as burning would hand it to the encoder."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import time
from typing import Final, Protocol

from kinolog.common.aggregates import CAPTION, VIDEO, Caption, Video
from kinolog.common.aggregates.setting import SETTING, Setting, setting_id
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.fonts import SETTING_OF_FONTS, uploaded_fonts
from kinolog.common.frames_asked import FrameQuestion, PictureFormat
from kinolog.common.log import EventLog, load
from kinolog.common.media.source import stored_media
from kinolog.common.presets import look
from kinolog.common.subtitles import Cue
from kinolog.common.subtitles.source import stored_cues
from kinolog.render.domain.font import Uploads
from kinolog.render.domain.frame import (
    NOTHING_DRAWN,
    MadeFrame,
    Spot,
    frame_filters,
    frame_recipe,
    shown_together_since,
)
from kinolog.render.domain.sizing import Size
from kinolog.render.domain.typeset import Frame, Typeset
from kinolog.render.domain.work import Source
from kinolog.render.handlers.beside import begun
from kinolog.render.handlers.burn import Typesetter

# Where packets do not tell when frames are shown, the frame is looked for among those of so many seconds.
_SLACKS_SECONDS: Final = (0.0, 1.0)
_LEFTOVER_SECONDS: Final = 3_600


class FrameMaker(Protocol):
    async def find(self, film: Path, container: str, workdir: Path, *, at: float, since: float, slack: float) -> Spot:
        """Where the last frame up to `at` is, in a film that is read from `since` on, or `slack` seconds sooner.

        Raises WorkError.
        """
        ...

    async def make(
        self, source: Source, spot: Spot, filters: tuple[str, ...], kind: PictureFormat, output: Path
    ) -> float | None:
        """Write the picture, and tell the moment of its frame in seconds, None without a frame. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRules:
    """`most_fetched_bytes` is how large a film may be that has to be fetched for a frame of it, `lead_seconds` how far
    back captions are looked at that show together.
    """

    most_fetched_bytes: int
    most_picture_bytes: int
    lead_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameHandler:
    """`folder` is where frames are made, each in a folder of its own that goes with it."""

    log: EventLog
    blobs: BlobStore
    typesetter: Typesetter
    maker: FrameMaker
    rules: FrameRules
    folder: Path

    async def frame(self, asked: FrameQuestion) -> MadeFrame:
        """Raises WorkError, and Refused for a look that is not there."""
        caption, video = await self._subjects(asked)
        with TemporaryDirectory(dir=await asyncio.to_thread(_made, self.folder), prefix=f"{asked.id}-") as name:
            workdir = Path(name)
            cues = await stored_cues(caption, self.blobs)
            async with (
                self._film(video.content, workdir) as film,
                begun(self._typeset(asked, caption, video, cues, workdir)) as typesetting,
            ):
                source, output = Source(path=film, container=video.container), workdir / f"frame.{asked.format}"
                return await self._made(asked, video, cues, typesetting, source, output)

    def forget_leftovers(self) -> None:
        """Remove what killed processes left, once it is older than anybody has waited for a frame."""
        for leftover in self.folder.glob("*"):
            with suppress(FileNotFoundError):  # Its owner has come to an end meanwhile.
                if time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                    rmtree(leftover)

    async def _subjects(self, asked: FrameQuestion) -> tuple[Caption, Video]:
        caption = (await load(self.log, CAPTION, asked.caption_id)).state
        if caption is None or caption.is_deleted:
            raise PermanentError("caption_missing", f"There is no caption {asked.caption_id}.")
        video = (await load(self.log, VIDEO, caption.video_id)).state
        if video is None or video.is_deleted:
            message = f"The video {caption.video_id} of the caption is deleted: restore it first."
            raise PermanentError("video_missing", message)
        return caption, video

    async def _typeset(
        self, asked: FrameQuestion, caption: Caption, video: Video, cues: Sequence[Cue], workdir: Path
    ) -> Typeset | None:
        """None where there is no text."""
        if video.width is None or video.height is None:
            message = "The video is sound alone: it has no picture to burn captions into."
            raise PermanentError("media_unsupported", message)
        if not any(cue.text for cue in cues):
            return None
        style = await look([caption.style, asked.style.chosen()], video.project_id, self._setting)
        uploads = Uploads(uploaded_fonts(await self._setting(SETTING_OF_FONTS)), self.blobs.stream)
        frame = Frame(width=video.width, height=video.height)
        return await self.typesetter.typeset(cues, style, frame, workdir, uploads)

    async def _setting(self, name: str) -> Setting | None:
        return (await load(self.log, SETTING, setting_id(name))).state

    @asynccontextmanager
    async def _film(self, content: BlobRef, workdir: Path) -> AsyncIterator[Path]:
        if not self.blobs.is_local and content.size_bytes > self.rules.most_fetched_bytes:
            message = (
                f"The film has {content.size_bytes} bytes, and at most {self.rules.most_fetched_bytes} are fetched for"
                " one frame: raise KINOLOG_FRAME_MAX_FETCHED_BYTES, or burn a trimmed clip."
            )
            raise PermanentError("media_limits", message)
        async with stored_media(self.blobs, content, workdir) as file:
            yield file

    async def _made(
        self,
        asked: FrameQuestion,
        video: Video,
        cues: Sequence[Cue],
        typesetting: Awaitable[Typeset | None],
        film: Source,
        output: Path,
    ) -> MadeFrame:
        size = Size(video.width or 0, video.height or 0)
        for slack in _SLACKS_SECONDS:
            spot, since = await self._spot(asked.at, cues, film, output.parent, slack)
            typeset = await typesetting
            recipe = frame_recipe(video, spot, typeset.filter if typeset else NOTHING_DRAWN)
            filters = frame_filters(recipe, spot, since, asked.format, size, asked.width)
            at = await self.maker.make(film, spot, filters, asked.format, output)
            if at is not None:
                content = await asyncio.to_thread(self._read, output)
                return MadeFrame(content=content, time=at, font=typeset.font if typeset else None)
        raise PermanentError("frame_unfindable", "No frame can be decoded there: ask for another moment.")

    async def _spot(
        self, at: float, cues: Sequence[Cue], film: Source, workdir: Path, slack: float
    ) -> tuple[Spot, float]:
        """The frame, and since when captions are to be drawn, which may be further back than was looked at first."""
        spot = await self.maker.find(film.path, film.container, workdir, at=at, since=at, slack=slack)
        since = shown_together_since(cues, spot.first_seconds, self.rules.lead_seconds)
        if since < spot.first_seconds:
            spot = await self.maker.find(film.path, film.container, workdir, at=at, since=since, slack=slack)
        return spot, since

    def _read(self, picture: Path) -> bytes:
        size_bytes = picture.stat().st_size
        if size_bytes > self.rules.most_picture_bytes:
            message = f"The picture has {size_bytes} bytes: ask for a width, or for format=jpeg."
            raise PermanentError("picture_too_large", message)
        return picture.read_bytes()


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"no folder to work in: {error.strerror}"
        raise PassingError("no_work_folder", message, detail=repr(error)) from error
    return folder
