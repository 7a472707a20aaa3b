"""A whole caption job against bare faster-whisper, and many short files: `python benchmarks/media/transcribe.py`.

The sound is speech of which every word is known, in an order that does not repeat, with pauses. Both sides listen with
the same model and the same settings, by turns and on the same cores, and what counts is the ratio within one run, since
the machine is rarely quiet. Where it is busy, seconds of computing tell more than those that pass.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import imageio_ffmpeg
from faster_whisper import BatchedInferencePipeline, WhisperModel

from kinolog.common.aggregates import JOB
from kinolog.common.blobs import BlobStore
from kinolog.common.jobs import CaptionInput
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import registered, submitted
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext
from kinolog.transcribe import wiring
from kinolog.transcribe.domain.listening import Ear, asked_for
from kinolog.transcribe.settings import TranscribeSettings

FIXTURE: Final = Path(__file__).parents[2] / "tests" / "data" / "whisper-fixture"
FFMPEG: Final = imageio_ffmpeg.get_ffmpeg_exe()
ENGLISH: Final = ("british", "digits", "female", "hello_world", "late_start", "long_gap", "video_captions")
RATE: Final = 16_000
BATCH_SIZE: Final = 4
JOB_INPUT: Final = CaptionInput(batch_size=BATCH_SIZE)


@dataclass(kw_only=True)
class Row:
    """`seconds` are those that passed in each run, `cpu_seconds` those that cores were busy for it."""

    name: str
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def cpu_median(self) -> float:
        return statistics.median(self.cpu_seconds)


@dataclass(frozen=True, kw_only=True)
class Result:
    """`overhead` is the whole job over the bare library, in time that passed and in time that cores were busy;
    `speedup` that of a warm worker over a process for each short file. `load` is how many programs wanted the machine's
    cores on average.
    """

    rows: tuple[Row, ...]
    overhead: float
    cpu_overhead: float
    speedup: float
    cpu_speedup: float
    cores: int
    load: float


def main() -> None:
    wishes = arguments()
    if wishes.bare is not None:
        bare(WhisperModel(str(wishes.model), device="cpu"), wishes.bare)
        return
    result = asyncio.run(measured(wishes.model, wishes.minutes, wishes.files, wishes.runs))
    print(json.dumps(asdict(result)) if wishes.json else table(result))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=FIXTURE / "model", help="a folder with a CTranslate2 model")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long the long sound is")
    parser.add_argument("--files", type=int, default=12, help="how many short files there are")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


async def measured(model: Path, minutes: float, files: int, runs: int) -> Result:
    rows = {name: Row(name=name) for name in ("whole job", "bare", "warm worker", "process per file")}
    whisper = WhisperModel(str(model), device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        long = talk(Path(folder) / "long.m4a", minutes * 60, seed=1)
        short = [talk(Path(folder) / f"short-{number}.m4a", 5, seed=number) for number in range(files)]
        worker = Worker(model, Path(folder))
        await worker.caption(short[0])  # A worker is warm from its second job on.
        bare(whisper, short[0])
        for _ in range(runs):
            await measure(rows["whole job"], lambda: worker.caption(long))
            await measure(rows["bare"], lambda: asyncio.to_thread(bare, whisper, long))
            await measure(rows["warm worker"], lambda: worker.caption(*short))
            await measure(rows["process per file"], lambda: asyncio.to_thread(in_processes, model, short))
    return result_of(rows)


def result_of(rows: dict[str, Row]) -> Result:
    whole, alone, worker, processes = rows.values()
    return Result(
        rows=tuple(rows.values()),
        overhead=round(whole.median / alone.median, 3),
        cpu_overhead=round(whole.cpu_median / alone.cpu_median, 3),
        speedup=round(processes.median / worker.median, 2),
        cpu_speedup=round(processes.cpu_median / worker.cpu_median, 2),
        cores=len(os.sched_getaffinity(0)),
        load=os.getloadavg()[0],
    )


async def measure(row: Row, work: Callable[[], Awaitable[None]]) -> None:
    began_at, busy = time.perf_counter(), cpu_seconds()
    await work()
    row.seconds.append(time.perf_counter() - began_at)
    row.cpu_seconds.append(cpu_seconds() - busy)


def cpu_seconds() -> float:
    """Of this process and of those that it has run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@dataclass(slots=True)
class Worker:
    """The handler of caption jobs as a worker has it, with a stored video for each file, and no server."""

    model: Path
    folder: Path
    handler: Handler = field(init=False)

    def __post_init__(self) -> None:
        settings = TranscribeSettings(transcribe_model_dir=self.model, transcribe_device="cpu")
        self.handler = wiring.handlers(settings)["caption"]

    async def caption(self, *videos: Path) -> None:
        """From the stored video to the stored captions, one job after the other."""
        log, blobs = MemoryLog(), BlobStore.open(f"file://{self.folder}/blobs")
        for video in videos:
            video_id = await registered(log, filename=video.name, content=await blobs.put_file(video, "audio/mp4"))
            job_id = await submitted(log, type="caption", queue="transcribe", video_id=video_id, input_data={})
            job = (await load(log, JOB, job_id)).require()
            with tempfile.TemporaryDirectory(dir=self.folder) as workdir:
                ctx = JobContext(
                    job,
                    service="transcribe",
                    log=log,
                    blobs=blobs,
                    workdir=Path(workdir),
                    on_progress=lambda progress: None,
                )
                await self.handler(JOB_INPUT, ctx)


def bare(whisper: WhisperModel, sound: Path) -> None:
    """What somebody would write who has faster-whisper and a file."""
    asked = asked_for(JOB_INPUT, Ear(), vad=True, language=None)
    pipeline = BatchedInferencePipeline(whisper)
    segments, _ = pipeline.transcribe(str(sound), **asked, batch_size=BATCH_SIZE, without_timestamps=False)
    for _ in segments:
        pass


def in_processes(model: Path, sounds: list[Path]) -> None:
    for sound in sounds:
        subprocess.run([sys.executable, __file__, "--model", str(model), "--bare", str(sound)], check=True)


def talk(target: Path, seconds: float, seed: int) -> Path:
    """Speech of at least so many seconds, as a phone or an editor would store it."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as plain:
        with opened(Path(plain.name)) as out:
            for frames in sentences(random.Random(seed)):  # noqa: S311 — the same for everybody
                out.writeframes(frames)
                if out.getnframes() >= seconds * RATE:
                    break
        command = (FFMPEG, "-nostdin", "-loglevel", "error", "-y", "-i", plain.name)
        subprocess.run([*command, "-ar", "48000", "-ac", "2", "-c:a", "aac", str(target)], check=True)
    return target


@contextmanager
def opened(path: Path) -> Iterator[wave.Wave_write]:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        yield out


def sentences(chance: random.Random) -> Iterator[bytes]:
    """The clips in an order of their own each time, and a pause after each."""
    while True:
        for name in chance.sample(ENGLISH, len(ENGLISH)):
            with wave.open(str(FIXTURE / "samples" / f"{name}.wav")) as clip:
                yield clip.readframes(clip.getnframes())
            yield bytes(2 * int(RATE * chance.uniform(0.2, 2.5)))


def table(result: Result) -> str:
    lines = [f"{row.name:20} {row.median:8.2f} s {row.cpu_median:8.2f} s busy" for row in result.rows]
    return "\n".join([*lines, *summary(result)])


def summary(result: Result) -> tuple[str, ...]:
    return (
        f"a whole job takes {result.overhead:.3f} × the bare library's time ({result.cpu_overhead:.3f} × busy)",
        f"a warm worker is {result.speedup:.1f} × faster than a process per file (busy: {result.cpu_speedup:.1f} ×)",
        f"{result.cores} cores, load {result.load:.1f}",
    )


if __name__ == "__main__":
    main()
