"""The sound of a film of several windows keeps its packets, or is encoded while its picture is, and ends with it."""

import asyncio
from dataclasses import dataclass, field

import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.media.inspector import Inspector
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.adapters.ffmpeg import FFmpeg
from kinolog.render.adapters.hardware_coders import NO_AID, Aid
from kinolog.render.adapters.partial.engine import PartialEngine
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.split import ClipLimit
from kinolog.render.domain.work import Encoded, Work
from kinolog.render.handlers.cut import Cutter
from kinolog.render.handlers.partial import PartialStudio
from kinolog.render.handlers.studio import Studio
from kinolog.render.handlers.trim import TrimHandler
from kinolog.render.settings import RenderSettings

SETTINGS = RenderSettings()
REAL = wiring.encoder(SETTINGS)
TWO = TrimInput.model_validate({"ranges": [{"start_time": 0.1, "end_time": 0.9}, {"start_time": 1.3, "end_time": 2.2}]})
# New packets for both ends of the second window would fill it.
SPLINTERED = TrimInput.model_validate(
    {"ranges": [{"start_time": start, "end_time": end} for start, end in ((0.1, 0.9), (1.3, 1.4), (1.5, 2.2))]}
)


@dataclass(frozen=True)
class Together(FFmpeg):
    """Begins nothing before both a picture and a sound are to be encoded."""

    both: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(2))

    async def run(self, work: Work, on_progress: OnProgress, aid: Aid = NO_AID) -> Encoded:
        await self.both.wait()
        return await FFmpeg.run(self, work, on_progress, aid)


@dataclass(frozen=True)
class WithoutPicture(FFmpeg):
    """Fails at every picture as soon as a sound is being encoded, which takes for ever."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, work: Work, on_progress: OnProgress, aid: Aid = NO_AID) -> Encoded:
        if work.picture is not None:
            await self.begun.wait()
            raise PermanentError("encode_failed", "no picture")
        self.begun.set()
        try:
            return await asyncio.Future[Encoded]()
        finally:
            self.stopped.set()


@dataclass(frozen=True)
class Counting(FFmpeg):
    """Tells how many sounds were encoded."""

    sounds: list[Work] = field(default_factory=list)

    async def run(self, work: Work, on_progress: OnProgress, aid: Aid = NO_AID) -> Encoded:
        if work.picture is None:
            self.sounds.append(work)
        return await FFmpeg.run(self, work, on_progress, aid)


async def trimmed(
    workshop: Workshop, zoo: Zoo, encoder: FFmpeg, *, film: str = "matroska", wish: TrimInput = TWO
) -> TrimOutput:
    """New packets can be made for the sound of the film in MP4 alone."""
    studio = Studio(encoder, Inspector(SETTINGS), wiring.segment_studio(SETTINGS, encoder))
    engine = PartialEngine(encoder, wiring.partial_engine(SETTINGS).bounds)
    cutter = Cutter(studio, PartialStudio(studio, engine))
    handler = TrimHandler(cutter=cutter, limit=ClipLimit(most_clips=1), most_ranges=3)
    video_id = await workshop.add_video(zoo.film(film), duration=4.0, container=SPECIMENS[film].container)
    return await handler.trim(wish, await workshop.begin("render", type="trim", input_data={}, video_id=video_id))


async def test_picture_and_sound_are_encoded_at_once(workshop: Workshop, zoo: Zoo) -> None:
    async with asyncio.timeout(60):
        output = await trimmed(workshop, zoo, Together(REAL.options, REAL.bounds))
    assert ("partial", 42) == (output.method, output.frame_count)


async def test_a_sound_ends_with_the_picture_that_fails(workshop: Workshop, zoo: Zoo) -> None:
    encoder = WithoutPicture(REAL.options, REAL.bounds)
    with pytest.raises(PermanentError, match="no picture"):
        await trimmed(workshop, zoo, encoder)
    assert encoder.stopped.is_set()


async def test_sound_keeps_its_packets_where_new_ones_fit_between_them(workshop: Workshop, zoo: Zoo) -> None:
    encoder = Counting(REAL.options, REAL.bounds)
    output = await trimmed(workshop, zoo, encoder, film="h264")
    assert ("partial", 42, 0) == (output.method, output.frame_count, len(encoder.sounds))


async def test_sound_is_encoded_where_new_packets_do_not_fit(workshop: Workshop, zoo: Zoo) -> None:
    encoder = Counting(REAL.options, REAL.bounds)
    output = await trimmed(workshop, zoo, encoder, film="h264", wish=SPLINTERED)
    assert ("partial", 39, 1) == (output.method, output.frame_count, len(encoder.sounds))
