"""Cutting parts out of a film in the cheapest way that is exact: what trimming and splitting have in common."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from kinolog.common.aggregates import Video
from kinolog.common.errors import PermanentError
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.jobs.base import LeftOut
from kinolog.common.jobs.trim import TrimMode
from kinolog.common.media.facts import MediaFacts
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.canvas import why_hevc
from kinolog.render.domain.chapters import chapters_within
from kinolog.render.domain.copied import copy_work, muxer_for, whole_windows, why_not_copied, widened
from kinolog.render.domain.cut import cut_recipe, sound_recipe
from kinolog.render.domain.errand import Film, KeptSound
from kinolog.render.domain.obstacle import Obstacle, PartialRefused, because_of
from kinolog.render.domain.packets import PacketIndex
from kinolog.render.domain.partial import PartialPlan, plan_cut
from kinolog.render.domain.recipe import Muxer
from kinolog.render.domain.seam import may_be_seamed
from kinolog.render.domain.sounds import in_a_file_of_their_own, in_their_film, is_known_to_players, left_out
from kinolog.render.domain.trim import Part, Seconds, parts_of
from kinolog.render.handlers.beside import begun
from kinolog.render.handlers.partial import Heard, PartialStudio
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Made, Studio, explained, used_video

_SOUND: Final = "sound.mp4"
_COPY: Final = "copy"

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncut:
    """A film that was looked into, and the parts that are wanted of it.

    `index` is there where the film can be rendered in part; `refused` tells why it cannot.
    """

    film: Film
    facts: MediaFacts
    used: SourceUsed
    parts: tuple[Part, ...]
    index: PacketIndex | None = None
    refused: PartialRefused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A new film, and which seconds of the old one it really has, in order. `left_out` names what else it lacks."""

    made: Made
    windows: tuple[Seconds, ...]
    muxer: Muxer = "mp4"
    left_out: LeftOut = ()

    @property
    def frame_count(self) -> int:
        return self.made.inspected.facts.frame_count


@dataclass(frozen=True, slots=True)
class Cutter:
    studio: Studio
    joiner: PartialStudio

    async def look(self, video: Video, film: Film, windows: Sequence[Seconds], ctx: JobContext) -> Uncut:
        """Read the film once, whatever the number of windows. Raises PermanentError for one that has no frame."""
        ctx.progress("prepare")
        async with begun(self.joiner.index(film, ctx)) as indexing:
            facts = (await self.studio.look_into(film.path, film.container, ctx, windows)).facts
            uncut = Uncut(film=film, facts=facts, used=used_video(video), parts=parts_of(facts, windows))
            return uncut if facts.video_stream is None else await _indexed(uncut, indexing)

    async def cut(self, uncut: Uncut, parts: Sequence[Part], mode: TrimMode, ctx: JobContext) -> Cut:
        """One film of some of the parts, in order. Its file is to be stored before the next cut takes its place."""
        return replace(await self._cut(uncut, parts, mode, ctx), left_out=left_out(uncut.facts))

    async def _cut(self, uncut: Uncut, parts: Sequence[Part], mode: TrimMode, ctx: JobContext) -> Cut:
        if mode == "exact":
            return await self._exact(uncut, parts, ctx)
        if (obstacle := why_not_copied(uncut.facts, parts)) is not None:
            return _not_copied(await self._exact(uncut, parts, ctx), obstacle)
        wide = [widened(part, uncut.facts) for part in parts]
        try:
            return await (self._copied(uncut, wide[0], ctx) if len(wide) == 1 else self._joined(uncut, wide, ctx))
        except PartialRefused as refused:
            return _not_copied(await self._encoded(uncut, parts, refused, ctx), str(refused.obstacle))

    async def _exact(self, uncut: Uncut, parts: Sequence[Part], ctx: JobContext) -> Cut:
        try:
            return await self._joined(uncut, parts, ctx)
        except PartialRefused as refused:
            return await self._encoded(uncut, parts, refused, ctx)

    async def _joined(self, uncut: Uncut, parts: Sequence[Part], ctx: JobContext) -> Cut:
        """New packets for the frames at the edges, joined to those that can stay. Raises PartialRefused."""
        if uncut.index is None:
            raise uncut.refused or PartialRefused(Obstacle.NO_FRAMES)
        if any(part.still_since is not None for part in parts):
            raise PartialRefused(Obstacle.STANDS_STILL)
        plan = plan_cut(uncut.index, whole_windows(parts))
        plan = replace(plan, chapters=chapters_within(uncut.facts.chapters, plan.windows))
        sound = _sound(uncut, uncut.index, plan)
        made = await self.joiner.make(uncut.film, uncut.index, plan, ctx, uncut.used, sound=sound)
        return Cut(made=made, windows=plan.windows)

    async def _encoded(self, uncut: Uncut, parts: Sequence[Part], refused: PartialRefused, ctx: JobContext) -> Cut:
        recipe = cut_recipe(uncut.facts, parts)
        made = await self.studio.make(recipe, uncut.film.path, ctx, uncut.used)
        because = because_of(refused) if uncut.facts.video_stream is not None else "it is sound alone"
        made = explained(made, because, why_hevc(uncut.facts))
        return Cut(made=made, windows=tuple((part.begin, part.end) for part in parts))

    async def _copied(self, uncut: Uncut, part: Part, ctx: JobContext) -> Cut:
        """Raises PartialRefused where something else came out than was to."""
        muxer = muxer_for(uncut.facts) or "mp4"
        work = copy_work(uncut.facts, part, uncut.film.path, ctx.workdir / f"copied.{muxer}")
        encoded = await self.studio.encoder.run(work, reports(ctx))
        try:
            inspected = await self.studio.check(work.output, ctx)
        except PermanentError as error:
            raise PartialRefused(Obstacle.DOUBT, error.message) from error
        if inspected.facts.frame_count != part.frame_count:
            raise PartialRefused(Obstacle.DOUBT, f"{inspected.facts.frame_count} frames instead of {part.frame_count}")
        if inspected.facts.audio_track_count != len(uncut.facts.sounds):
            raise PartialRefused(Obstacle.DOUBT, f"{inspected.facts.audio_track_count} sound tracks came out")
        because = "packets were copied from key frame to key frame, as asked"
        rendering = self.studio.rendering((uncut.used,), encoded, method=_COPY, because=because)
        made = Made(file=work.output, inspected=inspected, rendering=rendering)
        return Cut(made=made, windows=((part.begin, part.end),), muxer=muxer)


async def _indexed(uncut: Uncut, indexing: Awaitable[PacketIndex]) -> Uncut:
    try:
        return replace(uncut, index=await indexing)
    except PartialRefused as refused:
        _logger.info("Encoding all frames", action="cut", obstacle=refused.obstacle.name, detail=refused.detail)
        return replace(uncut, refused=refused)


def _sound(uncut: Uncut, index: PacketIndex, plan: PartialPlan) -> Heard | None:
    """As it is, where one window is kept of sounds that MP4 players know. Of several windows of one sound, new packets
    may fit between the others; else it is encoded.
    """
    film, recipe = uncut.film, sound_recipe(uncut.facts, plan.windows)
    if not recipe.sounds:
        return None
    tracks, zero_seconds = in_their_film(recipe.sounds), index.track.zero_seconds
    kept = KeptSound(path=film.path, container=film.container, tracks=tracks, zero_seconds=zero_seconds)
    if len(plan.windows) == 1 and all(is_known_to_players(sound) for sound in uncut.facts.sounds):
        return Heard(kept=replace(kept, window=plan.windows[0]))
    tracks = in_a_file_of_their_own(recipe.sounds)
    encoded = Heard(kept=KeptSound(path=film.workdir / _SOUND, container=recipe.muxer, tracks=tracks), recipe=recipe)
    if len(plan.windows) == 1 or not may_be_seamed(uncut.facts):
        return encoded
    return Heard(kept=replace(kept, windows=plan.windows), otherwise=encoded)


def _not_copied(cut: Cut, obstacle: str) -> Cut:
    return replace(cut, made=explained(cut.made, f"not copied, since {obstacle}"))
