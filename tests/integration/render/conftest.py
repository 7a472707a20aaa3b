"""The real service, wired to a workshop's log, and films to give it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.jobs import BurnInput, BurnOutput, TrimInput, TrimOutput, job_type
from kinolog.common.subtitles import Cue
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

# The brightness of each frame tells its number, and the sound begins after about a second.
NUMBERED = "-vf geq=lum=16+N*4:cb=128:cr=128 -crf 10 -af volume=0:enable='lt(t,1)'"

ONE_PIECE = RenderSettings(encode_preset="ultrafast", long_film_seconds=3600)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def burn(workshop: Workshop) -> Callable[[str, BurnInput], Awaitable[BurnOutput]]:
    async def run(video_id: str, job: BurnInput) -> BurnOutput:
        ctx = await workshop.begin("render", type="burn", input_data={}, video_id=video_id)
        output = await wiring.handlers(RenderSettings())["burn"](job, ctx)
        assert isinstance(output, BurnOutput)
        await workshop.commit(ctx)
        return output

    return run


@pytest.fixture
def trim(workshop: Workshop) -> Callable[[str, TrimInput], Awaitable[TrimOutput]]:
    async def run(video_id: str, job: TrimInput) -> TrimOutput:
        ctx = await workshop.begin("render", type="trim", input_data={}, video_id=video_id)
        output = await wiring.handlers(RenderSettings())["trim"](job, ctx)
        assert isinstance(output, TrimOutput)
        await workshop.commit(ctx)
        return output

    return run


@pytest.fixture
def render(workshop: Workshop, zoo: Zoo) -> Callable[..., Awaitable[tuple[Any, Path]]]:
    """A job of any type, for the film of two languages and three chapters unless a `film` is given: its output, and the
    last film that it made.

    What is burned shows from 0.2 s `until` another moment; what is merged are two `copies` of the film.
    """

    async def run(
        kind: str, settings: RenderSettings = ONE_PIECE, film: Path | None = None, **asked: Any
    ) -> tuple[Any, Path]:
        file = film or zoo.film("two_languages")
        container = "matroska" if file.suffix == ".mkv" else "mp4"
        video_id = await workshop.add_video(file, duration=4.0, container=container)
        if kind == "merge":
            asked["video_ids"] = [video_id] * asked.pop("copies")
        if kind == "burn":
            asked["caption_id"] = await workshop.add_caption(video_id, Cue(start=0.2, end=asked.pop("until"), text="x"))
        ctx = await workshop.begin("render", type=kind, input_data={}, video_id=video_id)
        output: Any = await wiring.handlers(settings)[kind](job_type(kind).input_model.model_validate(asked), ctx)
        await workshop.commit(ctx)
        video = await workshop.video(getattr(output, "video_id", None) or output.clips[-1].video_id)
        return output, workshop.path_of(video.content)

    return run


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="session")
def blue_clip(media: Path) -> Path:
    return make_clip(media, "blue.mp4", picture="color=c=blue")


@pytest.fixture(scope="session")
def numbered_clip(media: Path) -> Path:
    return make_clip(media, "numbered.mp4", picture="color=c=black", options=NUMBERED)
