"""Long films in segments, with real ffmpeg: the same film as in one piece, and what is finished is not made twice."""

from math import log10
from pathlib import Path
from typing import Any

import av
import pytest

from kinolog.common.events.video import VideoRegistered
from kinolog.common.jobs import BurnInput, BurnOutput, TranscodeInput, TranscodeOutput
from kinolog.common.subtitles import Cue
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import Zoo
from kinolog.common.worker.context import JobContext
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

ONE_PIECE = RenderSettings(long_film_seconds=3600)
SEGMENTS = RenderSettings(long_film_seconds=2, segment_seconds=1)
CUES = (Cue(start=0.4, end=1.4, text="One"), Cue(start=1.9, end=3.6, text="Two over a border"))


def moments(film: Path) -> list[float]:
    with av.open(str(film)) as file:
        return [frame.time for frame in file.decode(video=0) if frame.time is not None]


def sound_moments(film: Path) -> list[float]:
    with av.open(str(film)) as file:
        return [round(frame.time, 6) for frame in file.decode(audio=0) if frame.time is not None]


def psnr(first: Path, second: Path) -> float:
    """The worst of all frames, in dB."""
    with av.open(str(first)) as one, av.open(str(second)) as other:
        pairs = zip(one.decode(video=0), other.decode(video=0), strict=True)
        errors = [((a.to_ndarray().astype(float) - b.to_ndarray()) ** 2).mean() for a, b in pairs]
    return 10 * log10(255**2 / max(*errors, 1e-9))


async def begun(workshop: Workshop, kind: str, video_id: str, checkpoint: dict[str, Any] | None = None) -> JobContext:
    """The context of an attempt that goes on from a checkpoint."""
    ctx = await workshop.begin("render", type=kind, input_data={}, video_id=video_id)
    ctx.job = ctx.job.model_copy(update={"checkpoint": checkpoint})
    return ctx


async def made(
    workshop: Workshop, video_id: str, settings: RenderSettings, job: TranscodeInput | BurnInput
) -> tuple[Path, str]:
    """The new film, and the way in which it was made."""
    kind = "burn" if isinstance(job, BurnInput) else "transcode"
    ctx = await begun(workshop, kind, video_id)
    output = await wiring.handlers(settings)[kind](job, ctx)
    assert isinstance(output, TranscodeOutput | BurnOutput)
    await workshop.commit(ctx)
    registered = next(change.event for change in ctx.changes if isinstance(change.event, VideoRegistered))
    assert registered.rendering is not None
    return workshop.path_of(registered.content), registered.rendering.method


async def both(workshop: Workshop, video_id: str, job: TranscodeInput | BurnInput) -> tuple[Path, Path]:
    """The same film in one piece and in segments."""
    whole, before = await made(workshop, video_id, ONE_PIECE, job)
    joined, now = await made(workshop, video_id, SEGMENTS, job)
    assert ("full", "segments") == (before, now)
    return whole, joined


async def test_a_film_in_segments_has_the_frames_and_times_of_one_in_a_piece(workshop: Workshop, media: Path) -> None:
    video_id = await workshop.add_video(make_clip(media, "four.mp4", seconds=4))
    whole, joined = await both(workshop, video_id, TranscodeInput())
    assert (moments(whole), sound_moments(whole)) == (moments(joined), sound_moments(joined))
    assert psnr(whole, joined) > 35


async def test_captions_lie_over_borders_as_they_do_in_one_piece(workshop: Workshop, media: Path) -> None:
    video_id = await workshop.add_video(make_clip(media, "burned.mp4", seconds=4))
    caption_id = await workshop.add_caption(video_id, *CUES)
    whole, joined = await both(workshop, video_id, BurnInput(caption_id=caption_id))
    assert (moments(whole), sound_moments(whole)) == (moments(joined), sound_moments(joined))
    assert psnr(whole, joined) > 35


@pytest.mark.parametrize(
    "name",
    [
        "variable_rate",
        "odd_size",
        *(pytest.param(name, marks=pytest.mark.chaos) for name in ("edit_list", "open_group")),
    ],
)
async def test_every_film_of_the_zoo_keeps_its_times(workshop: Workshop, zoo: Zoo, name: str) -> None:
    video_id = await workshop.add_video(zoo.film(name))
    whole, joined = await both(workshop, video_id, TranscodeInput())
    assert moments(whole) == moments(joined)


async def test_the_next_attempt_goes_on_with_the_first_missing_segment(workshop: Workshop, media: Path) -> None:
    video_id = await workshop.add_video(make_clip(media, "resumed.mp4", seconds=4))
    first = await begun(workshop, "transcode", video_id)
    saved: list[dict[str, Any]] = []

    async def crash_after_two(state: dict[str, Any]) -> None:
        saved.append(state)
        if len(saved) == 2:
            raise ConnectionAbortedError

    first._on_checkpoint = crash_after_two
    with pytest.raises(ConnectionAbortedError):
        await wiring.handlers(SEGMENTS)["transcode"](TranscodeInput(), first)
    second, again = await begun(workshop, "transcode", video_id, saved[-1]), list[dict[str, Any]]()

    async def remember(state: dict[str, Any]) -> None:
        again.append(state)

    second._on_checkpoint = remember
    await wiring.handlers(SEGMENTS)["transcode"](TranscodeInput(), second)
    kept, parts = saved[-1]["segments"]["parts"], again[-1]["segments"]["parts"]
    assert (["0", "1"], 3, kept) == (list(kept), len(again), {name: parts[name] for name in kept})


async def test_what_was_finished_for_other_words_is_made_anew(workshop: Workshop, media: Path) -> None:
    video_id = await workshop.add_video(make_clip(media, "changed.mp4", seconds=3))
    first, saved = await begun(workshop, "transcode", video_id), list[dict[str, Any]]()

    async def remember(state: dict[str, Any]) -> None:
        saved.append(state)

    first._on_checkpoint = remember
    await wiring.handlers(SEGMENTS)["transcode"](TranscodeInput(), first)
    second, count = await begun(workshop, "transcode", video_id, saved[-1]), len(saved)
    second._on_checkpoint = remember
    await wiring.handlers(SEGMENTS)["transcode"](TranscodeInput(quality=30), second)
    assert 2 * count == len(saved)


async def test_progress_counts_all_segments_once(workshop: Workshop, media: Path) -> None:
    video_id = await workshop.add_video(make_clip(media, "counted.mp4", seconds=3))
    await made(workshop, video_id, SEGMENTS, TranscodeInput())
    reports = [report for report in workshop.reports if report.phase == "encode"]
    percents = [report.percent or 0.0 for report in reports]
    assert (sorted(percents), 100, 75) == (percents, percents[-1], reports[-1].frame)
