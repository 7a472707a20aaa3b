"""What every job here works with: look into a file, run the encoder, see that the result is whole, keep it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from kinolog.common.aggregates import Loaded, Video
from kinolog.common.events.rendering import Rendering, SourceUsed, Step
from kinolog.common.media.identity import Identity
from kinolog.common.media.inspector import Inspected
from kinolog.common.media.publish import register_video, replace_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.recipe import Recipe, refuse_incomplete
from kinolog.render.domain.segments_plan import SegmentsRefused
from kinolog.render.domain.work import Encoded, Work
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.segments import LongFilms, in_one_piece

_OUTPUT: Final = "output.mp4"
_MEDIA_TYPE: Final = "video/mp4"
_PROGRAM: Final = "ffmpeg"


class Encoder(Protocol):
    @property
    def versions(self) -> dict[str, str]:
        """The program that does the work, and its libraries, each with its version."""
        ...

    async def encode(self, recipe: Recipe, source: Path, output: Path, on_progress: OnProgress) -> Encoded:
        """Make `output`; nothing is left of it without success. Raises WorkError."""
        ...

    async def run(self, work: Work, on_progress: OnProgress) -> Encoded:
        """Make the output of `work`; nothing is left of it without success. Raises WorkError."""
        ...


class MediaInspector(Protocol):
    @property
    def most_pixels(self) -> int:
        """How large a picture it looks into."""
        ...

    async def inspect(
        self,
        file: Path,
        workdir: Path,
        *,
        container: str | None = None,
        windows: Sequence[tuple[float, float]] = (),
        wants_poster: bool = True,
        is_picture_examined: bool = False,
    ) -> Inspected:
        """What is in a file. Raises PermanentError for one that is not whole."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new file that was found to be whole, and how it came about. `encoded_frames` is None where all were."""

    file: Path
    inspected: Inspected
    rendering: Rendering
    encoded_frames: int | None = None


@dataclass(frozen=True, slots=True)
class Studio:
    encoder: Encoder
    inspector: MediaInspector
    long_films: LongFilms

    @property
    def most_pixels(self) -> int:
        """How large a picture may be, since what is made is looked into."""
        return self.inspector.most_pixels

    async def look_into(
        self,
        source: Path,
        container: str,
        ctx: JobContext,
        windows: Sequence[tuple[float, float]] = (),
        *,
        is_picture_examined: bool = False,
    ) -> Inspected:
        """`is_picture_examined` is as for `kinolog.common.media.facts.Question`."""
        return await self.inspector.inspect(
            source,
            ctx.workdir,
            container=container,
            windows=windows,
            wants_poster=False,
            is_picture_examined=is_picture_examined,
        )

    async def make(self, recipe: Recipe, source: Path, ctx: JobContext, *used: SourceUsed) -> Made:
        """Encode, in segments where the film is long, and see that what came out is whole."""
        output = ctx.workdir / _OUTPUT
        try:
            parts = await self.long_films.make(recipe, source, output, ctx, used)
        except SegmentsRefused as refused:
            encoded = await self.encoder.encode(recipe, source, output, reports(ctx))
            parts = in_one_piece(encoded, refused)
        made = await self.check(output, ctx)
        refuse_incomplete(recipe, made.facts, joined_frames=parts.frame_count)
        rendering = self.rendering(used, *parts.steps, method=parts.method, because=parts.because)
        programs = {**rendering.programs, **parts.programs}
        return Made(file=output, inspected=made, rendering=rendering.model_copy(update={"programs": programs}))

    async def check(
        self, output: Path, ctx: JobContext, container: str | None = None, *, is_picture_examined: bool = False
    ) -> Inspected:
        """Look into what was made: good exit codes prove nothing. Raises WorkError.

        `is_picture_examined` is as for `kinolog.common.media.facts.Question`.
        """
        ctx.progress("check")
        return await self.inspector.inspect(
            output, ctx.workdir, container=container, is_picture_examined=is_picture_examined
        )

    def rendering(
        self, used: tuple[SourceUsed, ...], *encoded: Encoded, method: str = "full", because: str = ""
    ) -> Rendering:
        return Rendering(
            method=method,
            because=joined(because, *dict.fromkeys(each.note for each in encoded)),
            sources=used,
            steps=tuple(
                Step(program=_PROGRAM, arguments=each.arguments, encoder=each.encoder, hardware=each.hardware)
                for each in encoded
            ),
            programs=self.encoder.versions,
        )

    async def publish(self, made: Made, identity: Identity, ctx: JobContext) -> str:
        """Keep the file, and have it appear as a video when the job completes. Returns the video's id."""
        ctx.progress("store")
        content = await ctx.blobs.put_file(made.file, _MEDIA_TYPE)
        return await register_video(ctx, identity, content, made.inspected, made.rendering)

    async def replace(self, made: Made, video: Loaded[Video], ctx: JobContext) -> None:
        """Keep the file, and have it take the place of a video's own when the job completes."""
        ctx.progress("store")
        content = await ctx.blobs.put_file(made.file, _MEDIA_TYPE)
        await replace_file(ctx, video, content, made.inspected, made.rendering)


def joined(*reasons: str) -> str:
    """In one line, for `Rendering.because`."""
    return "; ".join(filter(None, reasons))


def explained(made: Made, *reasons: str) -> Made:
    """With more reasons why it came about as it did, before those that it has; empty ones change nothing."""
    because = joined(*reasons, made.rendering.because)
    return replace(made, rendering=made.rendering.model_copy(update={"because": because}))


def used_video(video: Video) -> SourceUsed:
    return SourceUsed(sha256=video.content.sha256, id=video.id)
