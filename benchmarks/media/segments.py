"""Long films in segments, against plain ffmpeg and against one piece: `python benchmarks/media/segments.py`.

Makes a film and encodes it anew by turns: with ffmpeg alone, in one piece, and in segments by one worker and by more.
Each worker's encoder has `--threads` threads, so that on a machine with cores to spare more workers are faster; where
they share the same cores nothing is gained. Times are those of whole jobs, ratios are of one run.
"""

import argparse
import asyncio
import json
import logging
import statistics
import subprocess
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import imageio_ffmpeg
import structlog

from kinolog.common.aggregates import JOB, JobStatus
from kinolog.common.log import load
from kinolog.common.testing.eventually import eventually
from kinolog.common.testing.examples import submitted
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.memory import MemoryBoard, MemoryQueue
from kinolog.common.worker.runner import build_runner
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

PRESET: Final = "veryfast"
LONGEST_SECONDS: Final = 3600.0


@dataclass(kw_only=True)
class Row:
    """`ratios` is how many times as long as plain ffmpeg each run took."""

    name: str
    workers: int
    segment_seconds: float | None
    seconds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)


def main() -> None:
    wishes = arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measured(Path(folder), wishes))
    print(json.dumps([asdict(row) for row in rows]) if wishes.json else table(rows))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long the film is")
    parser.add_argument("--height", type=int, default=720, help="lines of its picture")
    parser.add_argument("--segment", type=float, default=10.0, help="how long a segment is, in seconds")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--threads", type=int, default=1, help="threads of each encoder")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def measured(folder: Path, wishes: argparse.Namespace) -> list[Row]:
    film = make_film(folder, wishes)
    rows = [Row(name="one piece", workers=1, segment_seconds=None)]
    rows += [Row(name="segments", workers=count, segment_seconds=wishes.segment) for count in wishes.workers]
    for run in range(wishes.runs):
        plain = by_ffmpeg(folder, film, wishes.threads)
        for number, row in enumerate(rows):
            row.seconds.append(await by_kinolog(folder / f"{run}-{number}", film, row, wishes))
            row.ratios.append(row.seconds[-1] / plain)
    return rows


def make_film(folder: Path, wishes: argparse.Namespace) -> Path:
    film, size = folder / "film.mp4", f"{wishes.height * 16 // 9}x{wishes.height}"
    picture = f"testsrc2=s={size}:r=30,noise=alls=8:allf=t:all_seed=7"
    sources = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine")
    coding = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac")
    ffmpeg(*sources, "-t", str(wishes.seconds), *coding, str(film))
    return film


def by_ffmpeg(folder: Path, film: Path, threads: int) -> float:
    coding = ("-c:v", "libx264", "-preset", PRESET, "-crf", "18", "-threads:v", str(threads), "-c:a", "aac")
    began = time.perf_counter()
    ffmpeg("-i", str(film), *coding, "-movflags", "+faststart", str(folder / "plain.mp4"))
    return time.perf_counter() - began


def ffmpeg(*words: str) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *words], check=True)


async def by_kinolog(folder: Path, film: Path, row: Row, wishes: argparse.Namespace) -> float:
    workshop, board = Workshop(folder), MemoryBoard()
    queue = MemoryQueue(workshop.log, "render", lease_seconds=60)
    video_id = await workshop.add_video(film)
    job_id = await submitted(workshop.log, type="transcode", input_data={}, video_id=video_id)
    stopping, began = asyncio.Event(), time.perf_counter()
    async with AsyncExitStack() as stack:
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for _ in range(row.workers):
            settings = settings_for(folder, row, wishes.threads)
            handlers, identity = wiring.handlers(settings), Identity("render", "render")
            runner = build_runner(identity, queue, workshop.log, board, workshop.blobs, handlers, settings, slots=1)
            tasks.create_task(runner.run(stopping))
        await eventually(lambda: is_done(workshop, job_id), within=LONGEST_SECONDS)
        taken = time.perf_counter() - began
        stopping.set()
    return taken


def settings_for(folder: Path, row: Row, threads: int) -> RenderSettings:
    is_whole = row.segment_seconds is None
    return RenderSettings(
        work_dir=folder / "work",
        encode_preset=PRESET,
        encode_threads=threads,
        long_film_seconds=LONGEST_SECONDS if is_whole else 1.0,
        segment_seconds=row.segment_seconds or LONGEST_SECONDS,
        segment_look_seconds=0.2,
    )


async def is_done(workshop: Workshop, job_id: str) -> bool:
    job = (await load(workshop.log, JOB, job_id)).require()
    if job.status in (JobStatus.FAILED, JobStatus.CANCELLED):
        raise SystemExit(job.error_message)
    return job.status is JobStatus.COMPLETED


def table(rows: list[Row]) -> str:
    lines = [f"{'way':<12}{'workers':>8}{'seconds':>10}{'× ffmpeg':>10}"]
    for row in rows:
        seconds, ratio = statistics.median(row.seconds), statistics.median(row.ratios)
        lines.append(f"{row.name:<12}{row.workers:>8}{seconds:>10.2f}{ratio:>10.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
