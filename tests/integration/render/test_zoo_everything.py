"""The whole zoo through every operation. It takes minutes: `./dev test -m chaos` runs it."""

import io
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from PIL import Image

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import JOB_TYPES
from kinolog.common.subtitles import Cue
from kinolog.common.testing.witness import decoded_numbers
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

FILMS: Final = sorted(name for name in SPECIMENS if name != "turned")
PICTURES: Final = sorted(name for name in FILMS if SPECIMENS[name].has_picture)
FAST: Final = RenderSettings(encode_preset="ultrafast", encode_threads=1)

# Every frame of the film comes out again, with the number it had.
KEEPING: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "burn": ("burn", {}),
    "to h264": ("transcode", {"profile": "h264"}),
    "to hevc": ("transcode", {"profile": "hevc"}),
    "to vp9": ("transcode", {"profile": "vp9"}),
    "compress": ("compress", {"target_quality": 60}),
    "watermark": ("watermark", {}),
    "split": ("split_fixed", {"count": 2}),
}
OTHERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "scenes": ("split_scenes", {"only_scenes": True}),
    "loudness": ("normalize_audio", {}),
    "silence": ("remove_silence", {"min_silence_seconds": 0.2, "margin_seconds": 0.05}),
    "square": ("reframe", {"aspect": "1:1", "mode": "blur"}),
    "gif": ("preview", {"duration": 1.0}),
    "package": ("package", {"heights": [180]}),
    "merge": ("merge", {}),
}

# What these take is not there: a sound, or a picture. Sounds alone can be joined.
IMPOSSIBLE: Final = {
    *((operation, "no_sound") for operation in ("loudness", "silence")),
    *((operation, "sound_only") for operation in ("scenes", "square", "gif", "package")),
}

Run = Callable[[str, str, dict[str, Any]], Awaitable[Any]]


@pytest.fixture
def run(workshop: Workshop, zoo: Zoo) -> Run:
    async def run(name: str, job_type: str, wishes: dict[str, Any]) -> Any:
        specimen = SPECIMENS[name]
        video_id = await workshop.add_video(zoo.film(name), duration=specimen.seconds, container=specimen.container)
        wishes = wishes | await what_it_needs(workshop, job_type, video_id)
        job = JOB_TYPES[job_type].input_model.model_validate(wishes)
        ctx = await workshop.begin("render", type=job_type, input_data={}, video_id=video_id)
        output = await wiring.handlers(FAST)[job_type](job, ctx)
        await workshop.commit(ctx)
        return output

    return run


async def what_it_needs(workshop: Workshop, job_type: str, video_id: str) -> dict[str, Any]:
    match job_type:
        case "burn":
            return {"caption_id": await workshop.add_caption(video_id, Cue(start=1.0, end=1.4, text="a word"))}
        case "watermark":
            content = io.BytesIO()
            Image.new("RGB", (40, 20), (255, 0, 0)).save(content, "PNG")
            return {"picture": (await workshop.blobs.put_bytes(content.getvalue(), "image/png")).model_dump()}
        case "merge":
            return {"video_ids": [video_id, video_id]}
    return {}


async def frames_of(workshop: Workshop, output: Any) -> list[int]:
    ids = [clip.video_id for clip in output.clips] if hasattr(output, "clips") else [output.video_id]
    videos = [await workshop.video(video_id) for video_id in ids]
    return [number for video in videos for number in decoded_numbers(workshop.path_of(video.content))]


async def refusal(running: Awaitable[Any]) -> str | None:
    """The kind that a job was refused with, None for one that was done."""
    try:
        await running
    except PermanentError as refused:
        return refused.kind
    return None


@pytest.mark.chaos
@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("operation", KEEPING)
async def test_every_frame_comes_out_again(workshop: Workshop, zoo: Zoo, run: Run, name: str, operation: str) -> None:
    output = await run(name, *KEEPING[operation])
    assert decoded_numbers(zoo.film(name)) == await frames_of(workshop, output)


@pytest.mark.chaos
@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("operation", OTHERS)
async def test_it_is_done_where_the_film_has_what_it_takes(run: Run, name: str, operation: str) -> None:
    expected = "media_unsupported" if (operation, name) in IMPOSSIBLE else None
    assert expected == await refusal(run(name, *OTHERS[operation]))
