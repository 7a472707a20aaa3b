"""All that is found out about a new film, against plain tools one after another: `python benchmarks/media/ingest.py`.

The film, ten minutes in 1080p, is made once and kept in `KINOLOG_BENCH_HOME`. Both sides go by turns, on the same cores
and with the file in memory, and what counts is the ratio within one run, since the machine is rarely quiet. Where it is
busy, seconds of computing tell more than those that pass.
"""

import argparse
import asyncio
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.jobs import AnalysisPart
from kinolog.common.media.inspector import Inspector
from kinolog.ingest.adapters.fingerprint import fingerprint
from kinolog.ingest.analysis_wiring import picture_maker, sound_listener
from kinolog.ingest.domain.analysis import Film
from kinolog.ingest.settings import IngestSettings

HOME: Final = Path(os.environ.get("KINOLOG_BENCH_HOME", Path.home() / ".cache" / "kinolog-bench"))
FFMPEG: Final = imageio_ffmpeg.get_ffmpeg_exe()
# Grain makes what is generated as hard to decode as what a camera took; a minute of it is repeated.
PICTURE: Final = (
    "mandelbrot=s=480x270:r=30:start_scale=3:end_pts=600,scale=1920:1080,noise=alls=5:allf=t,format=yuv420p"
)
SOUND: Final = "aevalsrc='0.3*sin(2*PI*440*t)*gt(mod(t,10),2)|0.2*sin(2*PI*660*t)*gt(mod(t,10),2)':s=48000"


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
    """`speedup` is that of all we find out over the tools for the same; `picture_speedup` that of our poster and
    storyboard over decoding the film; both in time that passed, and in time that cores were busy. `load` is how many
    programs wanted the machine's cores on average.
    """

    rows: tuple[Row, ...]
    speedup: float
    cpu_speedup: float
    picture_speedup: float
    picture_cpu_speedup: float
    cores: int
    load: float


def main() -> None:
    wishes = arguments()
    if wishes.work is not None:
        asyncio.run(WORKS[wishes.work](film_in(HOME, wishes.minutes), wishes.minutes * 60.0))
        return
    result = measured(film_in(HOME, wishes.minutes), wishes.minutes, wishes.runs)
    print(json.dumps(asdict(result)) if wishes.json else table(result))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10, help="how long the film is")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--work", choices=list(WORKS), help=argparse.SUPPRESS)
    return parser.parse_args()


def film_in(home: Path, minutes: int) -> Path:
    film = home / f"ingest-{minutes}-minutes-1080p.mp4"
    if not film.exists():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as folder:
            minute, whole = Path(folder) / "minute.mp4", Path(folder) / "film.mp4"
            codecs = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-c:a", "aac", "-b:a", "128k")
            ffmpeg("-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SOUND, "-t", "60", *codecs, str(minute))
            ffmpeg("-stream_loop", str(minutes - 1), "-i", str(minute), "-c", "copy", str(whole))
            whole.replace(film)
    return film


def measured(film: Path, minutes: int, runs: int) -> Result:
    hash_of(film)  # Both sides then find the file in memory.
    tools = dict(plain_tools(film, minutes))
    works = {**tools, "decode": decode(film), **{name: by_us(name, minutes) for name in WORKS}}
    rows = {name: Row(name=name) for name in works}
    for _ in range(runs):
        for name, work in works.items():
            measure(rows[name], work)
    return result_of(rows, [rows[name] for name in tools])


def result_of(rows: Mapping[str, Row], tools: Sequence[Row]) -> Result:
    all_of_it, pictures_alone, decoding = rows["kinolog: everything"], rows["kinolog: pictures"], rows["decode"]
    return Result(
        rows=tuple(rows.values()),
        speedup=round(sum(tool.median for tool in tools) / all_of_it.median, 2),
        cpu_speedup=round(sum(tool.cpu_median for tool in tools) / all_of_it.cpu_median, 2),
        picture_speedup=round(decoding.median / pictures_alone.median, 2),
        picture_cpu_speedup=round(decoding.cpu_median / pictures_alone.cpu_median, 2),
        cores=len(os.sched_getaffinity(0)),
        load=os.getloadavg()[0],
    )


def measure(row: Row, work: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began_at, busy = time.perf_counter(), cpu_seconds()
        work(Path(folder))
        row.seconds.append(time.perf_counter() - began_at)
        row.cpu_seconds.append(cpu_seconds() - busy)


def cpu_seconds() -> float:
    """Of all programs that were run, theirs included, and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def plain_tools(film: Path, minutes: int) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """What somebody would run who has ffmpeg and a shell."""
    sheet = f"fps=120/{minutes * 60},scale=160:-2,tile=10x12"
    source, sound = ("-i", str(film)), ("-i", str(film), "-map", "0:a")
    yield "hash", lambda folder: hash_of(film)
    yield "probe", lambda folder: ffmpeg(*source, "-map", "0", "-c", "copy", "-t", "0.1", "-f", "null", "-")
    yield "poster", lambda folder: ffmpeg(*source, "-vf", "thumbnail,scale=640:-2", "-frames:v", "1", f"{folder}/p.jpg")
    yield "storyboard", lambda folder: ffmpeg(*source, "-vf", sheet, "-frames:v", "1", f"{folder}/s.jpg")
    yield (
        "waveform",
        lambda folder: ffmpeg(*source, "-lavfi", "[0:a]showwavespic=s=1800x280", "-frames:v", "1", f"{folder}/w.png"),
    )
    yield "loudness", lambda folder: ffmpeg(*sound, "-af", "ebur128=peak=true", "-f", "null", "-")
    yield "silences", lambda folder: ffmpeg(*sound, "-af", "silencedetect=noise=-50dB:d=0.5", "-f", "null", "-")


def decode(film: Path) -> Callable[[Path], None]:
    return lambda folder: ffmpeg("-i", str(film), "-map", "0:v", "-f", "null", "-")


def hash_of(film: Path) -> None:
    if tool := shutil.which("sha256sum"):
        subprocess.run([tool, str(film)], check=True, stdout=subprocess.DEVNULL)
    else:
        with film.open("rb") as file:
            hashlib.file_digest(file, "sha256")


def ffmpeg(*words: str) -> None:
    subprocess.run([FFMPEG, "-nostdin", "-loglevel", "error", "-y", *words], check=True)


def by_us(work: str, minutes: int) -> Callable[[Path], None]:
    """In a process of its own, as the tools are: starting it counts."""

    def run(folder: Path) -> None:
        subprocess.run([sys.executable, __file__, "--work", work, "--minutes", str(minutes)], check=True)

    return run


async def everything(film: Path, seconds: float) -> None:
    """What the jobs `upload` and `analyze` do with a film."""
    settings = IngestSettings()
    with tempfile.TemporaryDirectory() as folder:
        workdir = Path(folder)
        await fingerprint(film, ignore)
        facts = (await Inspector(settings).inspect(film, workdir)).facts
        whole = Film(file=film, container=facts.container, duration=facts.duration)
        await asyncio.gather(
            picture_maker(settings).make(whole, frozenset({AnalysisPart.STORYBOARD}), workdir, ignore),
            sound_listener(settings).listen(whole, workdir, ignore),
        )


async def pictures(film: Path, seconds: float) -> None:
    wanted = frozenset({AnalysisPart.POSTER, AnalysisPart.STORYBOARD})
    with tempfile.TemporaryDirectory() as folder:
        whole = Film(file=film, container="mp4", duration=seconds)
        await picture_maker(IngestSettings()).make(whole, wanted, Path(folder), ignore)


def ignore(percent: float) -> None:
    """Nobody watches."""


WORKS: Final = {"kinolog: everything": everything, "kinolog: pictures": pictures}


def table(result: Result) -> str:
    lines = [f"{row.name:20} {row.median:8.2f} s {row.cpu_median:8.2f} s busy" for row in result.rows]
    return "\n".join([*lines, *summary(result)])


def summary(result: Result) -> Sequence[str]:
    return (
        f"{result.speedup:.1f} × faster than the tools for all of it ({result.cpu_speedup:.1f} × less busy)",
        f"poster and storyboard {result.picture_speedup:.1f} × faster than decoding the film"
        f" ({result.picture_cpu_speedup:.1f} × less busy)",
        f"{result.cores} cores, load {result.load:.1f}",
    )


if __name__ == "__main__":
    main()
