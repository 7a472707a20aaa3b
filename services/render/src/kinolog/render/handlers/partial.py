"""Rendering a film in part, within a job: what any handler needs that changes or cuts a little of a film."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import structlog

from kinolog.common.errors import PermanentError
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.media.inspector import Inspected
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.errand import Film, KeptSound
from kinolog.render.domain.obstacle import Obstacle, PartialRefused, is_sound_alone
from kinolog.render.domain.packets import PacketIndex
from kinolog.render.domain.partial import PartialPlan, Seconds
from kinolog.render.domain.partial_result import OnJoined, OnPhase, PartialResult
from kinolog.render.domain.progress import EncodeProgress
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.work import Encoded
from kinolog.render.handlers.beside import begun
from kinolog.render.handlers.progress import report
from kinolog.render.handlers.studio import Encoder, Made, Studio

_logger: Final = structlog.get_logger(__name__)


class PartialRenderer(Protocol):
    @property
    def versions(self) -> dict[str, str]:
        """The programs and libraries that do the work, each with its version."""
        ...

    async def index(self, film: Film, on_phase: OnPhase, spans: tuple[Seconds, ...] = ()) -> PacketIndex:
        """Raises PartialRefused for a film that new packets cannot be joined to.

        With `spans`, what `plan_overlay` would have encoded for them is fed ahead.
        """
        ...

    async def encode(
        self,
        film: Film,
        index: PacketIndex,
        plan: PartialPlan,
        on_phase: OnPhase,
        *,
        drawing: str | None = None,
        is_fed: bool = False,
    ) -> tuple[Encoded, ...]:
        """Make the frames that are new, which may have been fed ahead. Raises PartialRefused where that cannot be,
        and WorkError.
        """
        ...

    async def join(
        self,
        film: Film,
        index: PacketIndex,
        plan: PartialPlan,
        on_phase: OnPhase,
        *,
        encoded: tuple[Encoded, ...],
        sound: KeptSound | None = None,
        on_joined: OnJoined,
    ) -> PartialResult:
        """Make the film as planned, with what was encoded for it, and see that it is so.

        Raises PartialRefused where it cannot be, and on any doubt.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the new film is heard with. `recipe` makes its file out of the film, where that is not there already.

    `otherwise` is for sound that new packets would have to fit, and do not.
    """

    kept: KeptSound
    recipe: Recipe | None = None
    otherwise: "Heard | None" = None


@dataclass(slots=True)
class _Sounding:
    """Encodes a sound, beside the picture; how far it is `is_told` once nothing else is to be told."""

    encoder: Encoder
    sound: Heard | None
    ctx: JobContext
    is_told: bool = False

    async def encode(self, film: Film) -> tuple[Encoded, ...]:
        if self.sound is None or self.sound.recipe is None:
            return ()
        return (await self.encoder.encode(self.sound.recipe, film.path, self.sound.kept.path, self._tell),)

    def _tell(self, progress: EncodeProgress) -> None:
        if self.is_told:
            report(self.ctx, "sound", progress)


@dataclass(frozen=True, slots=True)
class PartialStudio:
    """Every method raises PartialRefused where all of the film has to be encoded instead."""

    studio: Studio
    renderer: PartialRenderer

    async def index(self, film: Film, ctx: JobContext, spans: tuple[Seconds, ...] = ()) -> PacketIndex:
        """With `spans`, for a film that is drawn upon during these: `make` then knows that it `is_fed`."""
        return await self.renderer.index(film, partial(report, ctx), spans)

    async def make(
        self,
        film: Film,
        index: PacketIndex,
        plan: PartialPlan,
        ctx: JobContext,
        *used: SourceUsed,
        drawing: str | None = None,
        sound: Heard | None = None,
        is_fed: bool = False,
    ) -> Made:
        """Render what is planned, and see that what came out is whole; `drawing` is a filter for the new frames."""
        on_phase = partial(report, ctx)
        sounding = _Sounding(self.studio.encoder, sound, ctx)
        async with begun(sounding.encode(film)) as encoding:
            encoded = await self.renderer.encode(film, index, plan, on_phase, drawing=drawing, is_fed=is_fed)
            sounding.is_told = True
            before = await encoding
        try:
            result, inspected = await self._joined(film, index, plan, ctx, encoded, sound)
        except PartialRefused as refused:
            if sound is None or sound.otherwise is None or not is_sound_alone(refused):
                raise
            _logger.info("Encoding all sound", action="join", detail=refused.detail)
            sound = sound.otherwise
            before = await _Sounding(self.studio.encoder, sound, ctx, is_told=True).encode(film)
            result, inspected = await self._joined(film, index, plan, ctx, encoded, sound)
        rendering = self.studio.rendering(used, *before, *result.steps, method=result.method, because=result.because)
        rendering = rendering.model_copy(update={"programs": self.renderer.versions})
        return Made(file=result.file, inspected=inspected, rendering=rendering, encoded_frames=result.encoded_frames)

    async def _joined(
        self,
        film: Film,
        index: PacketIndex,
        plan: PartialPlan,
        ctx: JobContext,
        encoded: tuple[Encoded, ...],
        sound: Heard | None,
    ) -> tuple[PartialResult, Inspected]:
        """The film is looked into while it is examined packet by packet."""
        on_phase, kept = partial(report, ctx), None if sound is None else sound.kept
        joined: asyncio.Future[PartialResult] = asyncio.get_running_loop().create_future()
        join = self.renderer.join(film, index, plan, on_phase, encoded=encoded, sound=kept, on_joined=joined.set_result)
        async with begun(join) as joining:
            await asyncio.wait((joined, joining), return_when=asyncio.FIRST_COMPLETED)
            result = joined.result() if joined.done() else await joining
            inspected = await self._checked(result, 0 if kept is None else len(kept.tracks), ctx)
            await joining
        return result, inspected

    async def _checked(self, result: PartialResult, sound_count: int, ctx: JobContext) -> Inspected:
        try:
            # New frames are decoded where the film is joined. The others are the source's, whose ends were decoded, in
            # packets that are compared; without a new frame, nothing tells that they still decode.
            is_examined = result.encoded_frames > 0
            inspected = await self.studio.check(result.file, ctx, is_picture_examined=is_examined)
        except PermanentError as error:
            raise PartialRefused(Obstacle.DOUBT, error.message) from error
        if inspected.facts.frame_count != result.encoded_frames + result.copied_frames:
            raise PartialRefused(Obstacle.DOUBT, f"{inspected.facts.frame_count} frames came out")
        if inspected.facts.audio_track_count != sound_count:
            raise PartialRefused(Obstacle.DOUBT, f"{inspected.facts.audio_track_count} sound tracks came out")
        return inspected
