"""The caption job from the stored video to the stored captions, with the real Whisper."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from kinolog.common.aggregates import JOB
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PermanentError
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.jobs import CaptionInput
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import cues_from_json, render
from kinolog.common.testing.examples import registered, submitted
from kinolog.common.worker.context import JobContext
from kinolog.transcribe import wiring
from kinolog.transcribe.settings import TranscribeSettings

OpenJob = Callable[[Path], AbstractAsyncContextManager[JobContext]]

SRT_BEGINS = "1\n00:00:00,250 --> 00:00:01,500\nWelcome to the video.\n\n2\n"


@pytest.fixture
def settings(model_dir: Path) -> TranscribeSettings:
    return TranscribeSettings(transcribe_model_dir=model_dir, transcribe_device="cpu", transcribe_cpu_threads=1)


@pytest.fixture
def open_job(tmp_path: Path) -> OpenJob:
    """A caption job on a video with the content of a file."""

    @asynccontextmanager
    async def context(video: Path) -> AsyncIterator[JobContext]:
        log, blobs = MemoryLog(), BlobStore.open(f"file://{tmp_path}/blobs")
        video_id = await registered(log, filename=video.name, content=await blobs.put_file(video, "video/mp4"))
        job_id = await submitted(log, type="caption", queue="transcribe", video_id=video_id, input_data={})
        job = (await load(log, JOB, job_id)).require()
        yield JobContext(
            job, service="transcribe", log=log, blobs=blobs, workdir=tmp_path, on_progress=lambda progress: None
        )

    return context


async def test_a_spoken_video_gets_captions_in_every_format(
    settings: TranscribeSettings, open_job: OpenJob, hello_video: Path
) -> None:
    async with open_job(hello_video) as ctx:
        output = await wiring.handlers(settings)["caption"](CaptionInput(word_level=True), ctx)

        (change,) = ctx.changes
        assert isinstance(change.event, CaptionCreated)
        cues = cues_from_json(await ctx.blobs.read(change.event.cues))
    assert {"language": "en", "cue_count": 5}.items() <= output.model_dump().items()
    assert ["Open", "the", "video"] == [word.text for word in cues[3].words[:3]]
    assert render(cues, "srt").decode().startswith(SRT_BEGINS)
    assert "00:00:01.500\nWelcome to the video.\n" in render(cues, "vtt").decode()


async def test_a_file_that_is_no_video_fails_the_job_and_leaves_no_caption(
    settings: TranscribeSettings, open_job: OpenJob, tmp_path: Path
) -> None:
    (tmp_path / "fake.mp4").write_text("This is text by another name.")
    async with open_job(tmp_path / "fake.mp4") as ctx:
        with pytest.raises(PermanentError, match="cannot be decoded"):
            await wiring.handlers(settings)["caption"](CaptionInput(), ctx)

        assert () == ctx.changes
