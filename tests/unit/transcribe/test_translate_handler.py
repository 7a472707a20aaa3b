"""The translate job, with a translator that needs no engine."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.aggregates import CAPTION, JOB, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated, CaptionDeleted, CaptionEdited
from kinolog.common.events.video import VideoCaptionChosen
from kinolog.common.ids import new_id
from kinolog.common.jobs import TranslateInput, TranslateOutput
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue, cues_from_json, cues_to_json
from kinolog.common.testing.examples import ORIGIN, registered, submitted
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.progress import Progress
from kinolog.transcribe.adapters.memory_translator import MemoryTranslator
from kinolog.transcribe.domain.reading import Layout
from kinolog.transcribe.domain.translation import Passages, Portion
from kinolog.transcribe.handlers.translate import TranslateHandler, Translator

PASSAGES = Passages(cues=6, pause_seconds=2.0)
CUES = tuple(Cue(start=n, end=n + 0.9, text=f"Line {n}.", speaker="Ada") for n in range(5))


class Bench:
    """A translate job about to be handled."""

    def __init__(self, ctx: JobContext, log: MemoryLog, video_id: str, progress: list[Progress]) -> None:
        self.ctx, self.log, self.video_id, self.progress = ctx, log, video_id, progress
        self.translator: Translator | None = MemoryTranslator()

    async def translate(self, **job: Any) -> TranslateOutput:
        handler = TranslateHandler(self.translator, Layout(), PASSAGES, Portion(texts=2, characters=1_000))
        return await handler.translate(TranslateInput(**{"language": "de", **job}), self.ctx)

    async def captioned(self, cues: tuple[Cue, ...] = CUES, **changes: Any) -> str:
        caption_id = new_id("cap")
        values = {
            "video_id": self.video_id,
            "project_id": "prj_" + "0" * 32,
            "filename": "holiday.en.srt",
            "language": "en",
            "style": {"fontSize": 30},
            "cues": await self.ctx.blobs.put_bytes(cues_to_json(cues)),
            "cue_count": len(cues),
        }
        created = CaptionCreated(**{**values, **changes})
        await self.log.append(unborn(CAPTION, caption_id).changes(created), ORIGIN)
        return caption_id

    async def change(self, aggregate: Any, aggregate_id: str, event: Any) -> None:
        await self.log.append((await load(self.log, aggregate, aggregate_id)).changes(event), ORIGIN)

    def created(self) -> CaptionCreated:
        (change,) = self.ctx.changes
        assert isinstance(change.event, CaptionCreated)
        return change.event


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    log, blobs, progress = MemoryLog(), BlobStore.open("memory://"), list[Progress]()
    video_id = await registered(log, filename="holiday.mkv")
    job_id = await submitted(log, type="translate", queue="transcribe", video_id=video_id, input_data={})
    job = (await load(log, JOB, job_id)).require()
    ctx = JobContext(job, service="transcribe", log=log, blobs=blobs, workdir=tmp_path, on_progress=progress.append)
    return Bench(ctx, log, video_id, progress)


async def test_it_makes_a_caption_of_its_own_in_the_other_language(bench: Bench) -> None:
    source = await bench.captioned()

    output = await bench.translate()

    created = bench.created()
    assert (source, "de", "memory", 5) == (output.source_caption_id, output.language, output.engine, output.cue_count)
    assert (source, "de", "memory", "holiday.de.srt", {"fontSize": 30}) == (
        *(created.source_caption_id, created.language, created.model, created.filename, created.style),
    )
    assert (False, None, bench.ctx.job.id) == (created.word_level, created.language_probability, created.job_id)


async def test_every_cue_keeps_its_times_and_its_speaker(bench: Bench) -> None:
    await bench.captioned()

    await bench.translate()

    cues = cues_from_json(await bench.ctx.blobs.read(bench.created().cues))
    assert [(cue.start, cue.end, f"de: {cue.text}", cue.speaker) for cue in CUES] == [
        (cue.start, cue.end, cue.text, cue.speaker) for cue in cues
    ]


async def test_it_goes_in_portions_and_tells_how_far_it_is(bench: Bench) -> None:
    await bench.captioned()
    bench.translator = translator = MemoryTranslator()

    await bench.translate()

    assert [2, 2, 1] == [len(portion) for portion in translator.asked]
    assert [0.0, 40.0, 80.0, 100.0] == [each.percent for each in bench.progress if each.phase == "translate"]


async def test_a_caption_without_cues_asks_no_engine(bench: Bench) -> None:
    await bench.captioned(cues=())
    bench.translator = translator = MemoryTranslator()

    assert (0, []) == ((await bench.translate()).cue_count, translator.asked)


async def test_without_a_name_the_default_caption_is_translated_or_else_the_newest(bench: Bench) -> None:
    default, newest = [await bench.captioned() for _ in range(2)]
    assert newest == (await bench.translate()).source_caption_id

    await bench.change(VIDEO, bench.video_id, VideoCaptionChosen(caption_id=default))
    assert default == (await bench.translate()).source_caption_id

    await bench.change(CAPTION, default, CaptionDeleted())
    assert newest == (await bench.translate()).source_caption_id


async def test_without_an_engine_it_is_refused_and_names_the_setting(bench: Bench) -> None:
    await bench.captioned()
    bench.translator = None

    with pytest.raises(PermanentError, match="KINOLOG_TRANSLATION_URL") as refusal:
        await bench.translate()

    assert "translation_not_configured" == refusal.value.kind


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"language": "de"}, "same_language"),
        ({"video_id": "vid_" + "1" * 32}, "caption_missing"),
    ],
)
async def test_a_caption_that_cannot_be_meant_is_refused(bench: Bench, changes: dict[str, Any], kind: str) -> None:
    caption_id = await bench.captioned(**changes)

    with pytest.raises(PermanentError) as refusal:
        await bench.translate(caption_id=caption_id)

    assert kind == refusal.value.kind


async def test_a_caption_whose_text_is_gone_is_refused_for_good(bench: Bench) -> None:
    caption_id = await bench.captioned()
    edited = CaptionEdited(cues=BlobRef(sha256="0" * 64, size_bytes=9), cue_count=1)
    await bench.change(CAPTION, caption_id, edited)

    with pytest.raises(PermanentError, match="make the caption again") as refusal:
        await bench.translate()

    assert "caption_unreadable" == refusal.value.kind


async def test_a_video_without_captions_is_refused(bench: Bench) -> None:
    with pytest.raises(PermanentError, match="make one first"):
        await bench.translate()


async def test_a_failure_of_the_engine_makes_no_caption(bench: Bench) -> None:
    await bench.captioned()
    bench.translator = MemoryTranslator(PassingError("translation_engine", "away"))

    with pytest.raises(PassingError):
        await bench.translate()

    assert () == bench.ctx.changes


class Deaf:
    """An engine that never answers."""

    label = "deaf"

    async def translate(self, texts: Any, source: str, target: str) -> tuple[str, ...]:
        await asyncio.Event().wait()
        return ()


async def test_a_cancelled_job_waits_for_no_engine(bench: Bench) -> None:
    await bench.captioned()
    bench.translator = Deaf()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bench.translate(), timeout=0.1)
