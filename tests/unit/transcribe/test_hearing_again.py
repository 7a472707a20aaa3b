"""What an attempt has heard, the next one does not listen to again."""

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from harness.hearing import ENGLISH, a_part, said

from kinolog.common.aggregates import JOB, Job, Loaded
from kinolog.common.audit.holdings import Holdings
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PassingError, WorkError
from kinolog.common.events import BlobRef
from kinolog.common.events.job import JobCheckpointed, JobStarted
from kinolog.common.jobs import CaptionInput
from kinolog.common.jobs.caption import Reading
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, registered, submitted
from kinolog.common.worker.context import JobContext
from kinolog.transcribe.adapters.memory_transcriber import MemoryTranscriber
from kinolog.transcribe.domain.transcript import FROM_THE_BEGINNING, Begun, Part, Transcript
from kinolog.transcribe.handlers.hearing import transcript_of

FIRST: Final = a_part(said(("one", 1, 2)), end=10.0, is_last=False)
SECOND: Final = a_part(said(("two", 11, 12)), start=10.0, end=20.0, is_last=False)
LAST: Final = a_part(said(("three", 21, 22)), start=20.0, end=25.0)
CRASH: Final = PassingError("io_error", "the power is gone")
ANY: Final = CaptionInput()


@dataclass
class Attempts:
    """One job, tried again and again."""

    log: MemoryLog
    blobs: BlobStore
    job_id: str
    content: BlobRef

    async def hear(self, *answer: Part | WorkError, job: CaptionInput = ANY) -> tuple[Transcript, Begun]:
        """What comes of it, and where it began."""
        memory = MemoryTranscriber(answer)
        ctx = JobContext(
            (await self.job()).require(),
            service="transcribe",
            log=self.log,
            blobs=self.blobs,
            workdir=Path(),
            on_progress=lambda progress: None,
            on_checkpoint=self.save,
        )
        transcript = await transcript_of(memory, Path("film.mp4"), self.content, job, ctx)
        return transcript, memory.begun[0]

    async def fail(self, *answer: Part | WorkError) -> None:
        with pytest.raises(PassingError):
            await self.hear(*answer, CRASH)

    async def job(self) -> Loaded[Job]:
        return await load(self.log, JOB, self.job_id)

    async def save(self, state: dict[str, Any]) -> None:
        await self.log.append((await self.job()).changes(JobCheckpointed(attempt=1, state=state)), ORIGIN)


@pytest.fixture
async def attempts() -> Attempts:
    log, blobs = MemoryLog(), BlobStore.open("memory://")
    content = await blobs.put_bytes(b"a film")
    video_id = await registered(log, content=content)
    job_id = await submitted(log, type="caption", queue="transcribe", video_id=video_id, input_data={})
    started = JobStarted(attempt=1, worker="wrk_1", lease_seconds=2)
    await log.append((await load(log, JOB, job_id)).changes(started), ORIGIN)
    return Attempts(log, blobs, job_id, content)


async def test_the_next_attempt_hears_only_the_rest(attempts: Attempts) -> None:
    await attempts.fail(FIRST, SECOND)

    transcript, begun = await attempts.hear(FIRST, SECOND, LAST)

    assert Begun(20.0, ENGLISH) == begun
    assert Transcript.of([FIRST, SECOND, LAST]) == transcript


async def test_attempts_add_up(attempts: Attempts) -> None:
    await attempts.fail(FIRST)
    await attempts.fail(FIRST, SECOND)

    transcript, begun = await attempts.hear(FIRST, SECOND, LAST)

    assert (20.0, ["one", "two", "three"]) == (begun.seconds, [segment.text for segment in transcript.segments])


async def test_a_sound_of_one_part_leaves_nothing_behind(attempts: Attempts) -> None:
    await attempts.hear(replace(LAST, start=0.0))

    assert (await attempts.job()).require().checkpoint is None
    assert [attempts.content.sha256] == [name async for name in attempts.blobs.names()]


@pytest.mark.parametrize(
    "changes",
    [{"language": "de"}, {"task": "translate"}, {"words": ("Kinolog",)}, {"vad": False}, {"temperatures": (0.5,)}],
)
async def test_what_was_heard_with_other_options_is_not_used(changes: dict[str, Any], attempts: Attempts) -> None:
    await attempts.fail(FIRST)

    _, begun = await attempts.hear(FIRST, LAST, job=CaptionInput(**changes))

    assert FROM_THE_BEGINNING == begun


async def test_how_captions_are_laid_out_does_not_matter_to_what_was_heard(attempts: Attempts) -> None:
    await attempts.fail(FIRST)

    _, begun = await attempts.hear(FIRST, LAST, job=CaptionInput(word_level=True, reading=Reading(lines=1)))

    assert 10.0 == begun.seconds


async def test_what_was_heard_in_another_file_is_not_used(attempts: Attempts) -> None:
    await attempts.fail(FIRST)
    attempts.content = await attempts.blobs.put_bytes(b"another film")

    _, begun = await attempts.hear(FIRST, LAST)

    assert FROM_THE_BEGINNING == begun


@pytest.mark.parametrize("checkpoint", [{}, {"heard": None}, {"heard": {"digest": 5}}, {"step": 2}])
async def test_a_checkpoint_that_says_something_else_is_not_used(
    checkpoint: dict[str, Any], attempts: Attempts
) -> None:
    await attempts.save(checkpoint)

    _, begun = await attempts.hear(FIRST, LAST)

    assert FROM_THE_BEGINNING == begun


async def test_what_follows_a_lost_part_is_heard_again(attempts: Attempts) -> None:
    await attempts.fail(FIRST, SECOND)
    checkpoint = copy.deepcopy((await attempts.job()).require().checkpoint) or {}
    checkpoint["heard"]["parts"][1]["sha256"] = "00" * 32
    await attempts.save(checkpoint)

    transcript, begun = await attempts.hear(FIRST, SECOND, LAST)

    assert (10.0, 3) == (begun.seconds, len(transcript.segments))


async def test_an_audit_counts_what_a_job_under_way_keeps_as_its_own(attempts: Attempts) -> None:
    await attempts.fail(FIRST, SECOND)
    holdings = Holdings(attempts.log)

    for recorded in await attempts.log.read("job", attempts.job_id):
        await holdings.see(recorded)

    stored = {name async for name in attempts.blobs.names()}
    assert stored - {attempts.content.sha256} == {blob.sha256 for _, blob in holdings.blobs()}
