"""Exact trims of a long film, against encoding what is left of it with plain ffmpeg: `python benchmarks/media/trim.py`.

Both cut by turns, and ratios are of one run, since the machine is rarely quiet. Kinolog's time is that of the whole
job: looking into the film, cutting, examining the result, storing it. `--zoo` cuts each film of the media zoo instead,
both ways that a command line offers as well, and counts the frames that are wrong.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import imageio_ffmpeg
import structlog

from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.testing.witness import decoded_frames, decoded_numbers
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

SETTINGS: Final = RenderSettings()
CODING: Final = ("-c:v", "libx264", "-preset", SETTINGS.encode_preset, "-crf", str(SETTINGS.encode_crf), "-c:a", "aac")
FRAMES_PER_SECOND: Final = 30
# What is looped with its packets copied, since it takes as long to generate a film as to encode it.
PIECE_SECONDS: Final = 20
ZOO_WINDOW: Final = (1.13, 2.61)

Window = tuple[float, float]


@dataclass(kw_only=True)
class Row:
    """`plain` and `kinolog` are seconds of each run, in the same order; `ratios` is how many times faster we are."""

    wish: str
    kept: tuple[Window, ...]
    plain: list[float] = field(default_factory=list)
    kinolog: list[float] = field(default_factory=list)
    method: str = ""
    because: str = ""

    @property
    def ratios(self) -> list[float]:
        return [plain / ours for plain, ours in zip(self.plain, self.kinolog, strict=True)]


@dataclass(frozen=True, kw_only=True)
class ZooRow:
    """Frames that are missing or too many, of `wanted`; None where the result does not decode."""

    film: str
    wanted: int
    kinolog: int | None
    encoded: int | None
    copied: int | None
    method: str


def main() -> None:
    wishes = arguments()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=lambda *_: structlog.ReturnLogger()
    )
    with tempfile.TemporaryDirectory() as folder:
        rows: list[Any] = asyncio.run(zoo_rows(Path(folder)) if wishes.zoo else long_rows(Path(folder), wishes))
    print(json.dumps([asdict(row) for row in rows]) if wishes.json else table(rows))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="how long the film is")
    parser.add_argument("--height", type=int, default=720, help="lines of its picture")
    parser.add_argument("--group", type=int, default=60, help="frames from one key frame to the next")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--zoo", action="store_true", help="count wrong frames over the media zoo instead")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def long_rows(folder: Path, wishes: argparse.Namespace) -> list[Row]:
    seconds = float(wishes.seconds)
    film = make_film(folder, wishes)
    middle = seconds / 2 + 0.37
    rows = [
        Row(wish="a tenth removed", kept=((0.0, middle), (middle + seconds / 10, seconds))),
        Row(wish="half kept", kept=((seconds / 4 + 0.37, seconds * 3 / 4 + 0.37),)),
        Row(wish="13.5 s kept", kept=((middle, middle + 13.5),)),
    ]
    for _ in range(wishes.runs):
        for row in rows:
            row.plain.append(by_ffmpeg(folder, film, row.kept))
            await by_kinolog(row, folder, film, seconds)
    return rows


def make_film(folder: Path, wishes: argparse.Namespace) -> Path:
    """What is generated small and enlarged costs as much to encode as what a camera took, thanks to the grain."""
    size = f"{wishes.height * 16 // 9}:{wishes.height}"
    grain = f"scale={size},setsar=1,noise=alls=5:allf=t:all_seed=7,format=yuv420p"
    picture = f"mandelbrot=s=426x240:r={FRAMES_PER_SECOND}:start_scale=3:end_pts=600,{grain}"
    coding = (*CODING[:3], "veryfast", "-crf", "20", "-g", str(wishes.group))
    ffmpeg(folder, "-f", "lavfi", "-i", picture, "-t", str(PIECE_SECONDS), *coding, "piece.mp4")
    loops = ("-stream_loop", str(wishes.seconds // PIECE_SECONDS), "-i", "piece.mp4")
    # Sound that is looped as well has a gap at each joint, as no camera leaves any.
    sources = (*loops, "-f", "lavfi", "-i", "sine=r=48000", "-map", "0:v", "-map", "1:a")
    ffmpeg(folder, *sources, "-t", str(wishes.seconds), "-c:v", "copy", "-c:a", "aac", "film.mp4")
    return folder / "film.mp4"


def ffmpeg(folder: Path, *words: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *words]
    subprocess.run(command, check=True, cwd=folder, capture_output=True)


def by_ffmpeg(folder: Path, film: Path, kept: Sequence[Window]) -> float:
    """Seconds for the command that encodes what is kept; it seeks to the first window, as people do."""
    begin = kept[0][0]
    spans = [(start - begin, end - begin) for start, end in kept]
    chosen = "+".join(f"between(t,{start},{end})" for start, end in spans)
    filters = ("-vf", f"select='{chosen}',setpts=N/FRAME_RATE/TB", "-af", f"aselect='{chosen}',asetpts=N/SR/TB")
    how = filters if len(kept) > 1 else ("-t", str(spans[0][1]))
    began_at = time.perf_counter()
    ffmpeg(folder, "-ss", str(begin), "-i", str(film), *how, *CODING, "-movflags", "+faststart", "plain.mp4")
    return time.perf_counter() - began_at


async def by_kinolog(row: Row, folder: Path, film: Path, seconds: float) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        took, output, _ = await trimmed(Path(own), film, "mp4", seconds, row.kept)
    row.kinolog.append(took)
    row.method, row.because = output.method, output.because


async def trimmed(
    folder: Path, film: Path, container: str, seconds: float, kept: Sequence[Window]
) -> tuple[float, TrimOutput, Path]:
    workshop = Workshop(folder)
    video_id = await workshop.add_video(film, duration=seconds, container=container)
    ctx = await workshop.begin("render", type="trim", input_data={}, video_id=video_id)
    wish = TrimInput.model_validate({"ranges": [{"start_time": start, "end_time": end} for start, end in kept]})
    began_at = time.perf_counter()
    output = await wiring.handlers(SETTINGS)["trim"](wish, ctx)
    took = time.perf_counter() - began_at
    assert isinstance(output, TrimOutput)  # noqa: S101  # the job of that name
    await workshop.commit(ctx)
    return took, output, workshop.path_of((await workshop.video(output.video_id)).content)


async def zoo_rows(folder: Path) -> list[ZooRow]:
    zoo = Zoo(folder)
    pictures = [name for name, specimen in SPECIMENS.items() if specimen.has_picture and name != "turned"]
    return [await zoo_row(folder, zoo, name) for name in pictures]


async def zoo_row(folder: Path, zoo: Zoo, name: str) -> ZooRow:
    start, end = ZOO_WINDOW
    film, specimen = zoo.film(name), SPECIMENS[name]
    wanted = [frame.number for frame in decoded_frames(film) if start - 1e-4 <= frame.at < end - 1e-4]
    with tempfile.TemporaryDirectory(dir=folder) as own:
        _, output, cut = await trimmed(Path(own), film, specimen.container, specimen.seconds, [ZOO_WINDOW])
        ours = wrong_frames(cut, wanted)
    seek = ("-ss", str(start), "-i", str(film), "-t", str(end - start))
    return ZooRow(
        film=name,
        wanted=len(wanted),
        kinolog=ours,
        encoded=of_command(folder, wanted, *seek, *CODING, "plain.mp4"),
        copied=of_command(folder, wanted, *seek, "-c", "copy", f"plain{film.suffix}"),
        method=output.method,
    )


def of_command(folder: Path, wanted: Sequence[int], *words: str) -> int | None:
    try:
        ffmpeg(folder, *words)
    except subprocess.CalledProcessError:
        return None
    return wrong_frames(folder / words[-1], wanted)


def wrong_frames(file: Path, wanted: Sequence[int]) -> int | None:
    try:
        shown = decoded_numbers(file)
    except (AssertionError, OSError):
        return None
    return len(set(shown) ^ set(wanted)) + len(shown) - len(set(shown))


def table(rows: Sequence[Any]) -> str:
    lines = [zoo_line(row) if isinstance(row, ZooRow) else long_line(row) for row in rows]
    is_zoo = isinstance(rows[0], ZooRow)
    wrong = "film              frames  wrong: kinolog  ffmpeg encodes  ffmpeg copies  way"
    head = wrong if is_zoo else "wish             ffmpeg s  kinolog s  × faster  (least … most)   way"
    return "\n".join([head, *lines])


def long_line(row: Row) -> str:
    plain, ours = statistics.median(row.plain), statistics.median(row.kinolog)
    spread = f"({min(row.ratios):.2f} … {max(row.ratios):.2f})"
    times = f"{plain:8.2f}  {ours:9.2f}  {statistics.median(row.ratios):8.2f}"
    return f"{row.wish:15}  {times}  {spread:15}  {row.method}: {row.because}"


def zoo_line(row: ZooRow) -> str:
    wrong = ["fails" if count is None else str(count) for count in (row.kinolog, row.encoded, row.copied)]
    return f"{row.film:16}  {row.wanted:6}  {wrong[0]:>14}  {wrong[1]:>14}  {wrong[2]:>13}  {row.method}"


if __name__ == "__main__":
    main()
