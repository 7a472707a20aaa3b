"""Cutting a film into clips that tile it, all of which appear when the job completes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.ids import new_id
from kinolog.common.jobs import TrimClip
from kinolog.common.jobs.trim import TrimMode
from kinolog.common.media.identity import Identity
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.errand import Film
from kinolog.render.domain.split import ClipLimit, at_key_frames, numbered_identity, parts_that_fit
from kinolog.render.domain.trim import Part, Seconds
from kinolog.render.handlers.cut import Cut, Cutter, Uncut
from kinolog.render.handlers.inherit import Heirloom, heirlooms, inherit

_SHARE_OF_LOOKING: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOrder:
    """`windows` tile the film. `field` of the job's input is the one to change for fewer of them."""

    video: Video
    film: Film
    windows: tuple[Seconds, ...]
    mode: TrimMode
    field: str
    largest_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ClipMaker:
    cutter: Cutter
    limit: ClipLimit

    async def make(self, order: SplitOrder, ctx: JobContext) -> tuple[TrimClip, ...]:
        """Raises PermanentError for more clips than one commit holds, before any is made where that is known."""
        captions = await heirlooms(ctx, order.video.id)
        self.limit.refuse_more(len(order.windows), len(captions), order.field)
        cuts = await self._cut_all(order, ctx)
        self.limit.refuse_more(len(cuts), len(captions), order.field)
        numbered = enumerate(cuts, start=1)
        named = [(cut, numbered_identity(order.video, number, len(cuts), cut.muxer)) for number, cut in numbered]
        return tuple([await self._keep(cut, identity, captions, ctx) for cut, identity in named])

    async def _cut_all(self, order: SplitOrder, ctx: JobContext) -> list[Cut]:
        """In the order of the film. What comes out too large is cut again into smaller parts."""
        uncut = await self._look(order, ctx.part(0, _SHARE_OF_LOOKING))
        shares = _shares(len(uncut.parts))
        cuts: list[Cut] = []
        for part, share in zip(uncut.parts, shares, strict=True):
            place = ctx.part(*share)
            cut = await self._cut(uncut, part, order.mode, place)
            smaller = _smaller_windows(part, cut, order.largest_bytes)
            cuts += [cut] if smaller is None else await self._cut_all(replace(order, windows=smaller), place)
        return cuts

    async def _look(self, order: SplitOrder, ctx: JobContext) -> Uncut:
        """A fast cut keeps whole groups of pictures: windows begin where one does, so that no frame comes twice."""
        uncut = await self.cutter.look(order.video, order.film, order.windows, ctx)
        groups = [part.groups for part in uncut.parts]
        windows = at_key_frames(order.windows, groups) if order.mode == "fast" else order.windows
        return uncut if windows == order.windows else await self.cutter.look(order.video, order.film, windows, ctx)

    async def _cut(self, uncut: Uncut, part: Part, mode: TrimMode, ctx: JobContext) -> Cut:
        """The next cut would take the place of the file, so it moves to one of its own."""
        cut = await self.cutter.cut(uncut, [part], mode, ctx)
        file = cut.made.file.rename(ctx.workdir / f"{new_id('clip')}{cut.made.file.suffix}")
        return replace(cut, made=replace(cut.made, file=file))

    async def _keep(self, cut: Cut, identity: Identity, captions: Sequence[Heirloom], ctx: JobContext) -> TrimClip:
        video_id = await self.cutter.studio.publish(cut.made, identity, ctx)
        cut.made.file.unlink()
        return TrimClip(
            video_id=video_id,
            start_time=cut.windows[0][0],
            end_time=cut.windows[-1][1],
            frame_count=cut.frame_count,
            caption_ids=await inherit(ctx, captions, video_id, cut.windows),
            left_out=cut.left_out,
        )


def _shares(count: int) -> list[tuple[float, float]]:
    """From where to where each of the clips counts, in percent."""
    each = (100 - _SHARE_OF_LOOKING) / count
    return [(_SHARE_OF_LOOKING + each * number, _SHARE_OF_LOOKING + each * (number + 1)) for number in range(count)]


def _smaller_windows(part: Part, cut: Cut, largest_bytes: int | None) -> tuple[Seconds, ...] | None:
    """None for a clip that is small enough."""
    size_bytes = cut.made.file.stat().st_size
    if largest_bytes is None or size_bytes <= largest_bytes:
        return None
    cut.made.file.unlink()
    return parts_that_fit((part.start, part.end), size_bytes, largest_bytes)
