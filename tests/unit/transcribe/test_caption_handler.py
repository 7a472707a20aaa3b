"""The caption job, with a transcriber that needs no model."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from harness.hearing import MODEL, a_part, said

from kinolog.common.aggregates import JOB, VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PermanentError, WorkError
from kinolog.common.events.caption import CaptionCreated, Dropped
from kinolog.common.events.video import VideoDeleted
from kinolog.common.jobs import CaptionInput, CaptionOutput
from kinolog.common.jobs.caption import Reading
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import cues_from_json
from kinolog.common.testing.examples import ORIGIN, registered, submitted
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.progress import Progress
from kinolog.transcribe.adapters.memory_transcriber import MemoryTranscriber
from kinolog.transcribe.domain.doubt import Rules
from kinolog.transcribe.domain.reading import Layout
from kinolog.transcribe.domain.transcript import Part, Spoken
from kinolog.transcribe.handlers.caption import CaptionHandler

GERMAN: Final = a_part(said(("Hallo.", 0.5, 1.5)), spoken=Spoken("de", 0.97))


class Bench:
    """A caption job about to be handled."""

    def __init__(self, ctx: JobContext, log: MemoryLog, video_id: str, progress: list[Progress]) -> None:
        self.ctx, self.log, self.video_id, self.progress = ctx, log, video_id, progress

    async def caption(self, *answer: Part | WorkError, job: CaptionInput | None = None) -> CaptionOutput:
        handlers = CaptionHandler(MemoryTranscriber(answer or (GERMAN,)), Layout(), Rules())
        return await handlers.caption(job or CaptionInput(), self.ctx)

    def created(self) -> CaptionCreated:
        (change,) = self.ctx.changes
        assert isinstance(change.event, CaptionCreated)
        return change.event


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    log, blobs, progress = MemoryLog(), BlobStore.open("memory://"), list[Progress]()
    video_id = await registered(log, filename="holiday.mkv", content=await blobs.put_bytes(b"a film"))
    job_id = await submitted(log, type="caption", queue="transcribe", video_id=video_id, input_data={})
    job = (await load(log, JOB, job_id)).require()
    ctx = JobContext(job, service="transcribe", log=log, blobs=blobs, workdir=tmp_path, on_progress=progress.append)
    return Bench(ctx, log, video_id, progress)


async def test_it_makes_a_caption_of_what_was_said(bench: Bench) -> None:
    output = await bench.caption()

    created = bench.created()
    (cue,) = cues_from_json(await bench.ctx.blobs.read(created.cues))
    assert ("Hallo.", 0.5, 1.5, ()) == (cue.text, cue.start, cue.end, cue.words)
    assert ("holiday.de.srt", "de", bench.video_id) == (created.filename, created.language, created.video_id)
    assert ("de", 0.97, 1, MODEL.label) == (
        output.language,
        output.language_probability,
        output.cue_count,
        output.model,
    )


async def test_it_is_committed_with_the_job_and_names_it(bench: Bench) -> None:
    output = await bench.caption()

    assert [output.caption_id] == [change.id for change in bench.ctx.changes]
    assert bench.ctx.job.id == bench.created().job_id


async def test_it_keeps_the_words_when_asked_to(bench: Bench) -> None:
    await bench.caption(job=CaptionInput(word_level=True))

    (cue,) = cues_from_json(await bench.ctx.blobs.read(bench.created().cues))
    assert ["Hallo."] == [word.text for word in cue.words]


async def test_a_translation_is_english(bench: Bench) -> None:
    await bench.caption(job=CaptionInput(task="translate"))

    assert ("en", "holiday.en.srt") == (bench.created().language, bench.created().filename)


async def test_silence_makes_a_caption_without_cues(bench: Bench) -> None:
    output = await bench.caption(a_part(spoken=Spoken()))

    assert ("und", 0) == (output.language, output.cue_count)
    assert () == cues_from_json(await bench.ctx.blobs.read(bench.created().cues))


async def test_a_deleted_video_is_refused(bench: Bench) -> None:
    video = await load(bench.log, VIDEO, bench.video_id)
    await bench.log.append(video.changes(VideoDeleted()), ORIGIN)

    with pytest.raises(PermanentError, match="does not exist or is deleted"):
        await bench.caption()


async def test_a_failure_to_hear_makes_no_caption(bench: Bench) -> None:
    with pytest.raises(PermanentError, match="no sound"):
        await bench.caption(PermanentError("no_audio", "no sound"))

    assert () == bench.ctx.changes


async def test_it_says_what_heard_it_and_how(bench: Bench) -> None:
    first = a_part(end=300.0, is_last=False, speech_seconds=200.0)

    await bench.caption(first, a_part(start=300.0, end=400.0), job=CaptionInput(beam_size=2, words=("Kinolog",)))

    told = bench.created().transcription
    assert told is not None
    assert (MODEL.name, MODEL.sha256, "cpu", "int8") == (
        told.model_name,
        told.model_sha256,
        told.device,
        told.compute_type,
    )
    assert (2, 1, True, (0.0,), ("Kinolog",)) == (
        told.beam_size,
        told.batch_size,
        told.vad,
        told.temperatures,
        told.words,
    )
    assert (400.0, 204.0) == (told.audio_seconds, told.speech_seconds)


async def test_what_was_invented_is_left_out_counted_and_reported(bench: Bench) -> None:
    invented = replace(
        said(("Thanks", 5.0, 5.5), ("all.", 5.5, 6.0)), no_speech_probability=0.9, average_log_probability=-1.5
    )

    output = await bench.caption(a_part(said(("Hello.", 0.5, 1.5)), invented))

    told = bench.created().transcription
    assert told is not None
    assert (1, Dropped(no_speech=1), Dropped(no_speech=1)) == (output.cue_count, output.dropped, told.dropped)
    assert told.report is not None
    (stretch,) = json.loads(await bench.ctx.blobs.read(told.report))["dropped"]
    assert ("Thanks all.", "no_speech") == (stretch["text"], stretch["reason"])


async def test_a_job_may_have_its_captions_laid_out_in_its_own_way(bench: Bench) -> None:
    words = [(f"word{number}", 0.5 * number, 0.5 * number + 0.4) for number in range(12)]

    await bench.caption(a_part(said(*words)), job=CaptionInput(reading=Reading(line_characters=20, lines=1)))

    cues = cues_from_json(await bench.ctx.blobs.read(bench.created().cues))
    assert all(len(cue.text) <= 20 and "\n" not in cue.text for cue in cues)


async def test_lines_end_where_the_language_lets_them(bench: Bench) -> None:
    text = "Alle im Büro haben schon sehr lange auf die neue Maschine gewartet."
    words = [(word, 0.5 * place, 0.5 * place + 0.4) for place, word in enumerate(text.split())]

    await bench.caption(a_part(said(*words), spoken=Spoken("de", 0.97)))

    (cue,) = cues_from_json(await bench.ctx.blobs.read(bench.created().cues))
    assert "Alle im Büro haben schon sehr lange\nauf die neue Maschine gewartet." == cue.text


async def test_no_caption_outlasts_the_sound(bench: Bench) -> None:
    await bench.caption(a_part(said(("Bye!", 9.5, 9.8))))

    (cue,) = cues_from_json(await bench.ctx.blobs.read(bench.created().cues))
    assert 10.0 == cue.end
