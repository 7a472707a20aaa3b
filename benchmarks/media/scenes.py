"""Finding scenes, against the `scenedetect` command on the same cores: `python benchmarks/media/scenes.py`.

Makes a film with known hard cuts, then lets both look for them by turns. Speeds are ratios within one run, since the
machine is rarely quiet; both are held to the cores of the row.
"""

import argparse
import asyncio
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.media.inspector import Inspector
from kinolog.render import wiring
from kinolog.render.domain.scenes import Rule, cuts_of
from kinolog.render.domain.work import Source
from kinolog.render.settings import RenderSettings

FRAMES_PER_SECOND: Final = 30
MIN_SCENE_SECONDS: Final = 2.0
SCENE_FRAMES: Final = (75, 150, 95, 210, 120)
RULE: Final = Rule(detector="adaptive", threshold=3.0, min_scene_seconds=MIN_SCENE_SECONDS)
# What is generated small and enlarged costs as much to decode as what a camera took, thanks to the grain.
SOURCES: Final = (
    "testsrc2=s=1280x720:r=30,hue=h={hue}",
    "mandelbrot=s=426x240:r=30:start_scale={scale}:end_pts=600,hue=h={hue}",
    "gradients=s=426x240:r=30:seed={seed}:speed=0.03:n=5",
    "life=s=160x90:r=30:mold=12:ratio=0.3:seed={seed}:death_color=#c03010:life_color=#ffe0a0",
    "smptehdbars=s=1280x720:r=30,hue=h={hue}",
)


@dataclass(kw_only=True)
class Row:
    """`seconds` are those of each run; precision and recall are of the known cuts, ± one frame."""

    name: str
    cores: int
    seconds: list[float] = field(default_factory=list)
    precision: float = 0.0
    recall: float = 0.0


def main() -> None:
    wishes = arguments()
    if wishes.find_in is not None:
        print(json.dumps(asyncio.run(found_by_kinolog(wishes.find_in))))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(Path(folder), wishes.seconds, wishes.runs)
    print(json.dumps([asdict(row) for row in rows]) if wishes.json else table(rows))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=180, help="how long the film is")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--find-in", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def measured(folder: Path, seconds: int, runs: int) -> list[Row]:
    film, cuts = make_film(folder, seconds)
    rows = [Row(name=name, cores=cores) for cores in core_counts() for name in ("scenedetect", "kinolog")]
    for _ in range(runs):
        for row in rows:
            measure(row, film, cuts)
    return rows


def core_counts() -> list[int]:
    """1, 2, 4 … up to what there is."""
    available = len(os.sched_getaffinity(0))
    return [2**power for power in range(available.bit_length()) if 2**power <= available]


def make_film(folder: Path, seconds: int) -> tuple[Path, list[int]]:
    """The film, and the numbers of the frames that begin a scene."""
    lengths: list[int] = []
    total = seconds * FRAMES_PER_SECOND
    while sum(lengths) < total:
        lengths.append(SCENE_FRAMES[len(lengths) % len(SCENE_FRAMES)])
    film, graph = folder / "film.mp4", ";".join(scene(number, length) for number, length in enumerate(lengths))
    joined = "".join(f"[s{number}]" for number in range(len(lengths))) + f"concat=n={len(lengths)}"
    codec = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-g", "250")
    ffmpeg("-f", "lavfi", "-i", f"{graph};{joined}", *codec, str(film))
    return film, [sum(lengths[:number]) for number in range(1, len(lengths))]


def scene(number: int, length: int) -> str:
    source = SOURCES[number % len(SOURCES)].format(hue=number * 47 % 360, seed=number + 1, scale=3 / (1 + number))
    grain = f"scale=1280:720,setsar=1,noise=alls=5:allf=t:all_seed={number},format=yuv420p"
    return f"{source},{grain},trim=end_frame={length},setpts=N/30/TB[s{number}]"


def ffmpeg(*words: str) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *words], check=True)


def measure(row: Row, film: Path, cuts: Sequence[int]) -> None:
    find = {"scenedetect": found_by_command, "kinolog": found_by_child}[row.name]
    with only_cores(row.cores):
        began_at = time.perf_counter()
        found = find(film)
        row.seconds.append(time.perf_counter() - began_at)
    hits = [cut for cut in found if any(abs(cut - known) <= 1 for known in cuts)]
    row.precision, row.recall = len(hits) / max(1, len(found)), len(hits) / len(cuts)


@contextmanager
def only_cores(count: int) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def found_by_command(film: Path) -> list[int]:
    """Of its list of scenes, the frames that begin all but the first; it counts them from 1."""
    command = str(Path(sys.executable).with_name("scenedetect"))
    where = ("-q", "-i", str(film), "-o", str(film.parent), "-m", f"{MIN_SCENE_SECONDS}s")
    subprocess.run([command, *where, "detect-adaptive", "list-scenes", "-q", "-f", "scenes.csv"], check=True)
    with (film.parent / "scenes.csv").open() as file:
        rows = list(csv.reader(file))[2:]
    return [int(row[1]) - 1 for row in rows[1:]]


def found_by_child(film: Path) -> list[int]:
    """In a process of its own, as the command is: starting it counts."""
    answer = subprocess.run([sys.executable, __file__, "--find-in", str(film)], check=True, capture_output=True)
    found: list[int] = json.loads(answer.stdout)
    return found


async def found_by_kinolog(film: Path) -> list[int]:
    """All that a job does: look into the file, measure it, apply the rule."""
    settings = RenderSettings()
    with tempfile.TemporaryDirectory() as folder:
        workdir = Path(folder)
        inspector = Inspector(settings)
        found = await inspector.inspect(film, workdir, container="mp4", wants_poster=False, is_picture_examined=True)
        source = Source(path=film, container="mp4")
        curve = await wiring.scene_meter(settings).curve(
            source, found.facts, RULE.detector, workdir, lambda progress: None
        )
    return cuts_of(curve, RULE)


def table(rows: Sequence[Row]) -> str:
    baseline = {row.cores: statistics.median(row.seconds) for row in rows if row.name == "scenedetect"}
    lines = ["cores  who          seconds   × the command   precision  recall"]
    for row in rows:
        seconds = statistics.median(row.seconds)
        ratio = baseline[row.cores] / seconds
        lines.append(
            f"{row.cores:5}  {row.name:11}  {seconds:7.2f}   {ratio:13.2f}   {row.precision:9.2f}  {row.recall:6.2f}"
        )
    return "\n".join([*lines, *scaling(rows)])


def scaling(rows: Sequence[Row]) -> list[str]:
    own = {row.cores: statistics.median(row.seconds) for row in rows if row.name == "kinolog"}
    return [f"kinolog on {cores} cores: {own[1] / own[cores]:.2f} × its speed on one" for cores in own if cores > 1]


if __name__ == "__main__":
    main()
