"""Joining films without encoding their pictures, and making sure that what came out is what went in."""

from dataclasses import dataclass
from typing import Final

from kinolog.common.errors import PermanentError
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.errand import Film
from kinolog.render.domain.merge import Member, MergePlan, refuse_unlike_plan
from kinolog.render.domain.merge_copy import (
    copy_merge_work,
    joint_work,
    joints_of,
    part_name,
    refuse_misplaced,
    refuse_unlike_tracks,
    script_of,
    windows_of,
)
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PictureTrack
from kinolog.render.handlers.partial import PartialStudio
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Made, used_video

_OUTPUT: Final = "joined.mp4"
_SCRIPT: Final = "parts.ffconcat"
_JOINT: Final = "joint.mp4"
_BECAUSE: Final = "the films are coded alike, so that their pictures were copied and only the sound was encoded"


@dataclass(frozen=True, slots=True)
class CopyingJoiner:
    joiner: PartialStudio

    async def join(self, plan: MergePlan, ctx: JobContext) -> Made:
        """`plan` is a copy plan. Raises PartialRefused where the pictures have to be encoded after all."""
        refuse_unlike_tracks(plan, await self._tracks(plan, ctx))
        studio = self.joiner.studio
        script = ctx.workdir / _SCRIPT
        script.write_text(script_of(plan))
        for number, member in enumerate(plan.members):
            (ctx.workdir / part_name(number)).symlink_to(member.path.absolute())
        work = copy_merge_work(plan, script, ctx.workdir / _OUTPUT)
        try:
            encoded = await studio.encoder.run(work, reports(ctx, "join"))
            ctx.progress("check")
            inspected = await studio.inspector.inspect(work.output, ctx.workdir, windows=windows_of(plan))
            refuse_unlike_plan(plan, inspected.facts)
            refuse_misplaced(plan, inspected.facts)
            await self._decode_joints(plan, ctx)
        except PermanentError as error:
            raise PartialRefused(Obstacle.DOUBT, error.message) from error
        used = tuple(used_video(member.video) for member in plan.members)
        rendering = studio.rendering(used, encoded, method="copy", because=_BECAUSE)
        return Made(file=work.output, inspected=inspected, rendering=rendering, encoded_frames=0)

    async def _tracks(self, plan: MergePlan, ctx: JobContext) -> list[PictureTrack]:
        """Each film is read once. Raises PartialRefused for one that nothing can be joined to."""
        known: dict[str, PictureTrack] = {}
        for member in plan.members:
            if member.video.id not in known:
                known[member.video.id] = (await self.joiner.index(_film(member, ctx), ctx)).track
        return [known[member.video.id] for member in plan.members]

    async def _decode_joints(self, plan: MergePlan, ctx: JobContext) -> None:
        """Raises PermanentError for a joint that a decoder stumbles over."""
        joints = joints_of(plan)
        for number, joint in enumerate(joints):
            ctx.progress("check", 100 * number / len(joints))
            work = joint_work(ctx.workdir / _OUTPUT, joint, ctx.workdir / _JOINT)
            await self.joiner.studio.encoder.run(work, lambda _: None)


def _film(member: Member, ctx: JobContext) -> Film:
    return Film(path=member.path, container=member.facts.container, workdir=ctx.workdir)
