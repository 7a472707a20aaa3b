"""Joining videos into one."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import structlog

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.errors import PermanentError
from kinolog.common.jobs.base import LeftOut
from kinolog.common.jobs.merge import MergedPart, MergeInput, MergeOutput
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.canvas import why_mapped
from kinolog.render.domain.joined_captions import joined_cues
from kinolog.render.domain.merge import (
    Member,
    MergePlan,
    asked_side,
    merge_work,
    merged_identity,
    plan_merge,
    refuse_unlike_plan,
)
from kinolog.render.domain.merge_copy import copy_plan, refuse_unlike
from kinolog.render.domain.obstacle import Obstacle, PartialRefused, because_of
from kinolog.render.domain.sizing import refuse_too_large
from kinolog.render.domain.sounds import left_out_of
from kinolog.render.handlers.inherit import Heirloom, caption_like, heirlooms
from kinolog.render.handlers.merge_copy import CopyingJoiner
from kinolog.render.handlers.partial import PartialStudio
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Made, Studio, joined, used_video

_OUTPUT: Final = "merged.mp4"
_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeHandler:
    """`most_videos` is how many films a job may join."""

    studio: Studio
    joiner: PartialStudio
    most_videos: int

    async def merge(self, job: MergeInput, ctx: JobContext) -> MergeOutput:
        videos = await self._videos(job, ctx)
        ctx.progress("prepare")
        async with AsyncExitStack() as files:
            plan = plan_merge(job, await self._members(job, videos, files, ctx))
            if plan.canvas is not None and (field := asked_side(job)) is not None:
                refuse_too_large(plan.canvas.size, self.studio.most_pixels, field)
            plan, made = await self._joined(job, plan, ctx)
        video_id = await self.studio.publish(made, merged_identity(job, plan.members), ctx)
        return _output(video_id, made, plan, await _inherit(ctx, video_id, plan.parts))

    async def _videos(self, job: MergeInput, ctx: JobContext) -> dict[str, Video]:
        """Raises PermanentError, naming the field, for a video that is not there or in another project."""
        if len(job.named_videos) > self.most_videos:
            message = f"video_ids: at most {self.most_videos} videos are merged (KINOLOG_MERGE_MAX_VIDEOS)."
            raise PermanentError("too_many_videos", message)
        return {video_id: await member_video(ctx, field, video_id) for field, video_id in job.named_videos}

    async def _members(
        self, job: MergeInput, videos: dict[str, Video], files: AsyncExitStack, ctx: JobContext
    ) -> list[Member]:
        """Each file is read once, however often its film is shown."""
        known: dict[str, Member] = {}
        for field, video_id in job.named_videos:
            if video_id not in known:
                video = videos[video_id]
                path = await files.enter_async_context(media_file(ctx, video.content))
                facts = (await self.studio.look_into(path, video.container, ctx)).facts
                known[video_id] = Member(field=field, video=video, path=path, facts=facts)
        return [
            Member(field=field, video=videos[video_id], path=known[video_id].path, facts=known[video_id].facts)
            for field, video_id in job.named_videos
        ]

    async def _joined(self, job: MergeInput, plan: MergePlan, ctx: JobContext) -> tuple[MergePlan, Made]:
        """By copying where that is possible; the plan that is returned is the one that was followed."""
        try:
            refuse_unlike(plan, job.frame_rate)
            copied = copy_plan(plan)
            return copied, await CopyingJoiner(self.joiner).join(copied, ctx)
        except PartialRefused as refused:
            _logger.info("Encoding all frames", action="merge", obstacle=refused.obstacle.name, detail=refused.detail)
            return plan, await self._encoded(plan, _because(refused), ctx)

    async def _encoded(self, plan: MergePlan, because: str, ctx: JobContext) -> Made:
        work = merge_work(plan, ctx.workdir / _OUTPUT)
        encoded = await self.studio.encoder.run(work, reports(ctx))
        inspected = await self.studio.check(work.output, ctx)
        refuse_unlike_plan(plan, inspected.facts)
        used = tuple(used_video(member.video) for member in plan.members)
        told = why_mapped(*(member.facts for member in plan.members))
        rendering = self.studio.rendering(used, encoded, because=joined(because, told))
        return Made(file=work.output, inspected=inspected, rendering=rendering)


async def member_video(ctx: JobContext, field: str, video_id: str) -> Video:
    """A video of the job's project. Raises PermanentError, naming the field, where there is none."""
    video = (await ctx.load(VIDEO, video_id)).state
    if video is None or video.is_deleted:
        raise PermanentError("video_missing", f"{field}: the video {video_id} does not exist or is deleted.")
    if video.project_id != ctx.job.project_id:
        message = f"{field}: the video {video_id} is in another project: move it here first, or leave it out."
        raise PermanentError("video_missing", message)
    return video


def _because(refused: PartialRefused) -> str:
    told = f" ({refused.detail})" if refused.obstacle is Obstacle.UNLIKE else ""
    return because_of(refused) + told


async def _inherit(ctx: JobContext, merged_id: str, parts: tuple[MergedPart, ...]) -> tuple[str, ...]:
    """A caption for each language that any of the films has one in. Returns their ids."""
    captions = {video_id: await heirlooms(ctx, video_id) for video_id in {part.video_id for part in parts}}
    languages = dict.fromkeys(each.loaded.require().language for part in parts for each in captions[part.video_id])
    joined = [await _joined(ctx, merged_id, parts, captions, language) for language in languages]
    return tuple(caption_id for caption_id in joined if caption_id is not None)


async def _joined(
    ctx: JobContext,
    merged_id: str,
    parts: tuple[MergedPart, ...],
    captions: dict[str, tuple[Heirloom, ...]],
    language: str,
) -> str | None:
    """With the look of the first one in this language; a film that has several gives the oldest."""
    spoken = [(part, each) for part in parts if (each := _in(language, captions[part.video_id])) is not None]
    cues = joined_cues([(part.start_time, part.end_time, each.cues) for part, each in spoken])
    return await caption_like(ctx, spoken[0][1].loaded.require(), cues, merged_id)


def _in(language: str, captions: tuple[Heirloom, ...]) -> Heirloom | None:
    return next((each for each in captions if each.loaded.require().language == language), None)


def _output(video_id: str, made: Made, plan: MergePlan, caption_ids: tuple[str, ...]) -> MergeOutput:
    facts = made.inspected.facts
    return MergeOutput(
        video_id=video_id,
        method=made.rendering.method,
        because=made.rendering.because,
        width=facts.width,
        height=facts.height,
        frame_count=facts.frame_count,
        parts=plan.parts,
        caption_ids=caption_ids,
        left_out=_left_out(plan),
    )


def _left_out(plan: MergePlan) -> LeftOut:
    """Of each film, since those that are joined seldom have the same tracks."""
    members = {member.field: member.facts for member in plan.members}
    return tuple(f"{each} of {field}" for field, facts in members.items() for each in left_out_of(facts, kept_sounds=1))
