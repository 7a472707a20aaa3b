"""Encoding a long film in segments: what is finished is kept, and the next attempt goes on from there."""

import asyncio
import hashlib
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from kinolog.common.events import BlobRef
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.errand import Film, KeptSound
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.segments_done import SOUND, Finished, Progressed, fingerprint
from kinolog.render.domain.segments_plan import FilmCut, SegmentRules, SegmentsRefused, Stretch, sound_recipe
from kinolog.render.domain.segments_tally import Tally
from kinolog.render.domain.sounds import in_a_file_of_their_own, in_their_film
from kinolog.render.domain.work import Encoded
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.segments_film import LongFilm
from kinolog.render.handlers.segments_shared import Shared

MEDIA_TYPES: Final = {"mp4": "video/mp4", "webm": "video/webm"}
_logger: Final = structlog.get_logger(__name__)


class Segmenter(Protocol):
    @property
    def versions(self) -> dict[str, str]:
        """The programs and libraries that do the work, each with its version."""
        ...

    def belongings(self, workdir: Path) -> dict[str, Path]:
        """What filters read, by its place in the working folder."""
        ...

    async def cut(self, film: Film, moments: Sequence[float]) -> FilmCut:
        """At key frames about these moments. Raises SegmentsRefused."""
        ...

    async def encode(
        self, recipe: Recipe, source: Path, cut: FilmCut, stretch: Stretch, output: Path, on_progress: OnProgress
    ) -> Encoded:
        """The picture of one segment, beginning at 0. Raises WorkError."""
        ...

    async def join(
        self, recipe: Recipe, cut: FilmCut, segments: Sequence[Path], sound: KeptSound | None, output: Path
    ) -> int:
        """The number of frames of the whole film. Raises SegmentsRefused, with no file left."""
        ...


class SoundEncoder(Protocol):
    async def encode(self, recipe: Recipe, source: Path, output: Path, on_progress: OnProgress) -> Encoded:
        """Make `output`; nothing is left of it without success. Raises WorkError."""
        ...


class LongFilms(Protocol):
    async def make(
        self, recipe: Recipe, source: Path, output: Path, ctx: JobContext, used: tuple[SourceUsed, ...]
    ) -> "Joined":
        """Make `output`. Raises SegmentsRefused for a film that has to be encoded in one piece, and WorkError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What was run, and why in this way; `frame_count` is that of all segments together. `programs` are what joined
    them, each with its version.
    """

    steps: tuple[Encoded, ...]
    because: str
    method: str = "full"
    programs: dict[str, str] = field(default_factory=dict)
    frame_count: int | None = None


def in_one_piece(encoded: Encoded, refused: SegmentsRefused) -> Joined:
    return Joined(steps=(encoded,), because="" if refused.is_usual else f"encoded in one piece: {refused.reason}")


@dataclass(frozen=True, slots=True)
class SegmentStudio:
    segmenter: Segmenter
    sound: SoundEncoder
    rules: SegmentRules
    look_seconds: float

    async def make(
        self, recipe: Recipe, source: Path, output: Path, ctx: JobContext, used: tuple[SourceUsed, ...]
    ) -> Joined:
        """Raises SegmentsRefused for a film that has to be encoded in one piece, and WorkError."""
        self.rules.refuse_unfit(recipe)
        film = await self._begun(recipe, source, ctx, used)
        if film.content is None or ctx.children is None:
            for stretch in film.missing:
                await self._encode(film, stretch)
        else:
            await self._encode_with_others(film, Shared(film, ctx.children))
        return await self._join(film, output)

    async def _encode_with_others(self, film: LongFilm, shared: Shared) -> None:
        """One alone finishes too, since what nobody has begun comes back."""
        while film.missing:
            stretch = shared.next_own()
            if stretch is not None:
                await self._beside(self._encode(film, stretch), shared)
                continue
            await asyncio.sleep(self.look_seconds)
            await shared.look_after()
            await shared.take_back()

    async def _beside(self, encoding: Coroutine[Any, Any, None], shared: Shared) -> None:
        """Encode, and look after the others meanwhile."""
        task = asyncio.ensure_future(encoding)
        try:
            while not task.done():
                await shared.look_after()
                await asyncio.wait({task}, timeout=self.look_seconds)
            await task
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _begun(self, recipe: Recipe, source: Path, ctx: JobContext, used: tuple[SourceUsed, ...]) -> LongFilm:
        ctx.progress("cut")
        place = Film(path=source, container=recipe.container, workdir=ctx.workdir)
        cut = await self.segmenter.cut(place, self.rules.moments(recipe.seconds))
        if not cut.borders:
            raise SegmentsRefused("it has no key frame to cut it at")
        belongings = self.segmenter.belongings(ctx.workdir)
        digests = await asyncio.to_thread(_digests, belongings)
        name = fingerprint(recipe, cut, used, digests, self.segmenter.versions)
        done = await _still_there(Progressed.resumed(name, ctx.checkpoint_of_last_attempt), ctx)
        lengths = tuple(cut.length_seconds(stretch, recipe.seconds) for stretch in cut.stretches)
        tally = Tally(lengths, recipe.frame_count, reports(ctx), asyncio.get_running_loop().time)
        tally.begin(tuple(int(part) for part in done.parts if part != SOUND))
        film = LongFilm(
            recipe=recipe,
            source=source,
            content=await _stored_source(ctx, used),
            belongings=belongings,
            cut=cut,
            done=done,
            ctx=ctx,
            tally=tally,
        )
        _logger.info("Encoding in segments", segments=len(lengths), missing=len(film.missing))
        return film

    async def _encode(self, film: LongFilm, stretch: Stretch) -> None:
        output = film.ctx.workdir / f"segment-{stretch.number}"
        encoded = await self.segmenter.encode(
            film.recipe, film.source, film.cut, stretch, output, film.tally.listener(stretch.number)
        )
        blob = await film.ctx.blobs.put_file(output, MEDIA_TYPES[film.recipe.muxer])
        output.unlink()
        film.tally.note(stretch.number, 1.0)
        await film.finish(str(stretch.number), Finished(blob, encoded))

    async def _join(self, film: LongFilm, output: Path) -> Joined:
        async with AsyncExitStack() as files:

            async def local(blob: BlobRef) -> Path:
                return await files.enter_async_context(film.ctx.blobs.local_file(blob, film.ctx.workdir))

            parts = [film.done.parts[str(stretch.number)] for stretch in film.cut.stretches]
            segments = [await local(part.blob) for part in parts]
            sound = await self._sound(film)
            heard = None if sound is None else await local(sound.blob)
            film.ctx.progress("join")
            kept = _kept_sound(film, heard)
            frame_count = await self.segmenter.join(film.recipe, film.cut, segments, kept, output)
        steps = (*([sound.encoded] if sound else []), *(part.encoded for part in parts))
        because = f"encoded in {len(parts)} segments since it is long"
        programs = self.segmenter.versions
        return Joined(steps=steps, because=because, method="segments", programs=programs, frame_count=frame_count)

    async def _sound(self, film: LongFilm) -> Finished | None:
        """Once for the whole film; None where all of it stays as it is, or there is none."""
        if all(sound.is_copied for sound in film.recipe.sounds):
            return None
        if SOUND not in film.done.parts:
            output = film.ctx.workdir / SOUND
            on_progress = reports(film.ctx, "sound")
            encoded = await self.sound.encode(sound_recipe(film.recipe), film.source, output, on_progress)
            blob = await film.ctx.blobs.put_file(output, MEDIA_TYPES[film.recipe.muxer])
            output.unlink()
            await film.finish(SOUND, Finished(blob, encoded))
        return film.done.parts[SOUND]


def _kept_sound(film: LongFilm, encoded: Path | None) -> KeptSound | None:
    recipe = film.recipe
    if not recipe.sounds:
        return None
    if encoded is not None:
        return KeptSound(path=encoded, container=recipe.muxer, tracks=in_a_file_of_their_own(recipe.sounds))
    tracks, zero_seconds = in_their_film(recipe.sounds), film.cut.zero_seconds
    return KeptSound(path=film.source, container=recipe.container, tracks=tracks, zero_seconds=zero_seconds)


async def _stored_source(ctx: JobContext, used: tuple[SourceUsed, ...]) -> BlobRef | None:
    """None where it is another file than the video has now."""
    content = (await ctx.video()).content if ctx.job.video_id else None
    return content if content is not None and used and used[0].sha256 == content.sha256 else None


async def _still_there(done: Progressed, ctx: JobContext) -> Progressed:
    there = {name: part for name, part in done.parts.items() if await ctx.blobs.exists(part.blob.sha256)}
    return Progressed(done.fingerprint, there, done.lent)


def _digests(files: dict[str, Path]) -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
