"""Rendering a film in part, within a job: what any handler needs that changes or cuts a little of a film."""

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kinolog.common.errors import PermanentError
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.media.inspector import Inspected
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.errand import Film, KeptSound
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex
from kinolog.render.domain.partial import PartialPlan
from kinolog.render.domain.partial_result import OnPhase, PartialResult
from kinolog.render.domain.work import Encoded
from kinolog.render.handlers.beside import begun
from kinolog.render.handlers.progress import report
from kinolog.render.handlers.studio import Made, Studio


class PartialRenderer(Protocol):
    @property
    def versions(self) -> dict[str, str]:
        """The programs and libraries that do the work, each with its version."""
        ...

    async def index(self, film: Film, on_phase: OnPhase) -> PacketIndex:
        """Raises PartialRefused for a film that new packets cannot be joined to."""
        ...

    async def render(
        self,
        film: Film,
        index: PacketIndex,
        plan: PartialPlan,
        on_phase: OnPhase,
        *,
        drawing: str | None = None,
        sound: KeptSound | None = None,
    ) -> PartialResult:
        """Make the film as planned. Raises PartialRefused where that cannot be, and WorkError."""
        ...

    async def verify(self, film: Film, index: PacketIndex, plan: PartialPlan) -> None:
        """See that the film that was just made is as planned. Raises PartialRefused on any doubt."""
        ...


@dataclass(frozen=True, slots=True)
class PartialStudio:
    """Every method raises PartialRefused where all of the film has to be encoded instead."""

    studio: Studio
    renderer: PartialRenderer

    async def index(self, film: Film, ctx: JobContext) -> PacketIndex:
        return await self.renderer.index(film, partial(report, ctx))

    async def make(
        self,
        film: Film,
        index: PacketIndex,
        plan: PartialPlan,
        ctx: JobContext,
        *used: SourceUsed,
        drawing: str | None = None,
        sound: KeptSound | None = None,
        before: tuple[Encoded, ...] = (),
    ) -> Made:
        """Render what is planned, and see that what came out is whole. See `PartialRenderer.render`.

        `before` is what was encoded on the way here, such as the sound.
        """
        on_phase = partial(report, ctx)
        result = await self.renderer.render(film, index, plan, on_phase, drawing=drawing, sound=sound)
        async with begun(self.renderer.verify(film, index, plan)) as verifying:
            inspected = await self._checked(result, ctx)
            await verifying
        steps = (*before, *result.steps)
        rendering = self.studio.rendering(used, *steps, method=result.method, because=result.because)
        rendering = rendering.model_copy(update={"programs": self.renderer.versions})
        return Made(file=result.file, inspected=inspected, rendering=rendering, encoded_frames=result.encoded_frames)

    async def _checked(self, result: PartialResult, ctx: JobContext) -> Inspected:
        try:
            inspected = await self.studio.check(result.file, ctx)
        except PermanentError as error:
            raise PartialRefused(Obstacle.DOUBT, error.message) from error
        if inspected.facts.frame_count != result.encoded_frames + result.copied_frames:
            raise PartialRefused(Obstacle.DOUBT, f"{inspected.facts.frame_count} frames came out")
        return inspected
