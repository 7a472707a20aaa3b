"""Films of several kinds in one: every frame of each is there at its moment, and its sound with it."""

from collections.abc import Sequence
from typing import Final

import pytest

from kinolog.common.jobs import MergedPart, MergeInput, MergeOutput
from kinolog.common.testing.examples import a_video
from kinolog.common.testing.witness import decoded_frames, heard_clicks
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

FAST: Final = RenderSettings(encode_preset="ultrafast", encode_threads=1)
FRAMES: Final = 100


@pytest.mark.parametrize(
    ("names", "method"),
    [(("vp9", "no_sound", "hevc_10_bit", "interlaced"), "full"), (("h264", "h264"), "copy")],
)
async def test_every_film_is_whole_and_in_step(
    workshop: Workshop, zoo: Zoo, names: tuple[str, ...], method: str
) -> None:
    ids = [await workshop.add_video(zoo.film(name), container=SPECIMENS[name].container) for name in names]
    ctx = await workshop.begin("render", type="merge", input_data={}, project_id=a_video().project_id)
    output = await wiring.handlers(FAST)["merge"](MergeInput(video_ids=tuple(ids)), ctx)
    assert isinstance(output, MergeOutput)
    await workshop.commit(ctx)
    film = workshop.path_of((await workshop.video(output.video_id)).content)
    heard = [part for part, name in zip(output.parts, names, strict=True) if SPECIMENS[name].has_sound]
    assert method == output.method
    frames = decoded_frames(film)
    assert [*range(FRAMES)] * len(names) == [frame.number for frame in frames]
    assert moments_of(output.parts) == pytest.approx([frame.at for frame in frames], abs=0.002)
    assert clicks_of(heard) == pytest.approx([click.at for click in heard_clicks(film)], abs=0.003)


def moments_of(parts: Sequence[MergedPart]) -> list[float]:
    """When the frames of films are to be shown."""
    return [part.start_time + number / 25 for part in parts for number in range(FRAMES)]


def clicks_of(parts: Sequence[MergedPart]) -> list[float]:
    """When the clicks of films are to be heard."""
    return [part.start_time + number / 2 + 0.2 for part in parts for number in range(8)]
