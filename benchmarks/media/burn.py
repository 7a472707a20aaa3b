"""Burning captions, against plain ffmpeg with the same filter and preset: `python benchmarks/media/burn.py`.

Makes a film and captions for some of it, then lets both burn them by turns. Ratios are of one run, since the machine is
rarely quiet. Kinolog's time is that of the whole job: looking into the film, burning, examining the result, storing it.
"""

import argparse
import asyncio
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import imageio_ffmpeg
import structlog

from kinolog.common.jobs import BurnInput, BurnOutput
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.adapters.typesetter import AssTypesetter
from kinolog.render.domain.typeset import Frame
from kinolog.render.settings import RenderSettings

FRAMES_PER_SECOND: Final = 30
CUE_SECONDS: Final = 2.4
COVERAGES: Final = (0.1, 0.3, 0.6, 1.0)
SETTINGS: Final = RenderSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def known(self) -> dict[str, object]:
        """What is recorded of a video, by which a burn decides what it begins before it has looked into the file."""
        return {"width": self.width, "height": self.height, "frame_rate": float(FRAMES_PER_SECOND)}


@dataclass(kw_only=True)
class Row:
    """`plain` and `kinolog` are seconds of each run, in the same order; `ratios` is how many times faster we are."""

    coverage: float
    spread: str
    plain: list[float] = field(default_factory=list)
    kinolog: list[float] = field(default_factory=list)
    method: str = ""
    encoded_frames: int | None = None

    @property
    def ratios(self) -> list[float]:
        return [plain / ours for plain, ours in zip(self.plain, self.kinolog, strict=True)]


def main() -> None:
    wishes = arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    size = Size(width=wishes.height * 16 // 9, height=wishes.height)
    with tempfile.TemporaryDirectory() as folder:
        tell(f"Making a film of {wishes.seconds} s, {size}")
        film = make_film(Path(folder), size, wishes.seconds, wishes.group)
        rows = asyncio.run(measured(Path(folder), film, size, wishes))
    print(json.dumps([asdict(row) for row in rows]) if wishes.json else table(rows))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long the film is")
    parser.add_argument("--height", type=int, default=1080, help="lines of its picture")
    parser.add_argument("--group", type=int, default=60, help="frames from one key frame to the next")
    parser.add_argument("--coverages", type=float, nargs="+", default=COVERAGES, help="shares of it with captions")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def make_film(folder: Path, size: Size, seconds: int, group: int) -> Path:
    """What is generated small and enlarged costs as much to encode as what a camera took, thanks to the grain."""
    film = folder / "film.mp4"
    grain = f"scale={size.width}:{size.height},setsar=1,noise=alls=5:allf=t:all_seed=7,format=yuv420p"
    picture = f"gradients=s=426x240:r={FRAMES_PER_SECOND}:seed=7:speed=0.03:n=5,{grain}"
    coding = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", str(group), "-c:a", "aac")
    sources = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine")
    ffmpeg(folder, *sources, "-t", str(seconds), *coding, str(film))
    return film


def ffmpeg(folder: Path, *words: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *words]
    environment = {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    subprocess.run(command, check=True, cwd=folder, env=environment)


async def measured(folder: Path, film: Path, size: Size, wishes: argparse.Namespace) -> list[Row]:
    rows = [Row(coverage=share, spread=spread) for share in wishes.coverages for spread in spreads(share)]
    for _ in range(wishes.runs):
        for row in rows:
            cues = cues_for(wishes.seconds, row)
            row.plain.append(await by_ffmpeg(folder, film, size, cues))
            await by_kinolog(row, folder, film, {**size.known, "duration": float(wishes.seconds)}, cues)
            tell(f"{row.coverage:.0%} {row.spread}: ffmpeg {row.plain[-1]:.1f} s, Kinolog {row.kinolog[-1]:.1f} s")
    return rows


def tell(sentence: str) -> None:
    """To whoever waits: the film is made first, and burned as a whole by ffmpeg each time, which takes minutes."""
    print(sentence, file=sys.stderr, flush=True)


def spreads(share: float) -> tuple[str, ...]:
    return ("scattered", "together") if share < 1 else ("everywhere",)


def cues_for(seconds: int, row: Row) -> tuple[Cue, ...]:
    """Captions on about that share of the film, far from each other or one after the other."""
    count = max(1, round(seconds * row.coverage / CUE_SECONDS))
    step = seconds / count if row.spread == "scattered" else CUE_SECONDS
    starts = [number * step for number in range(count)]
    return tuple(
        Cue(start=start, end=min(start + CUE_SECONDS, seconds), text="What is said\nmeanwhile") for start in starts
    )


async def by_ffmpeg(folder: Path, film: Path, size: Size, cues: Sequence[Cue]) -> float:
    """Seconds for the command that burns the same script with the same fonts."""
    workdir = Path(tempfile.mkdtemp(dir=folder))
    frame = Frame(width=size.width, height=size.height)
    typeset = await AssTypesetter(FontShelf()).typeset(cues, CaptionStyle(), frame, workdir)
    coding = ("-c:v", "libx264", "-preset", SETTINGS.encode_preset, "-crf", str(SETTINGS.encode_crf), "-c:a", "copy")
    began_at = time.perf_counter()
    ffmpeg(workdir, "-i", str(film), "-vf", typeset.filter, *coding, "-movflags", "+faststart", "plain.mp4")
    took = time.perf_counter() - began_at
    (workdir / "plain.mp4").unlink()
    return took


async def by_kinolog(row: Row, folder: Path, film: Path, known: dict[str, object], cues: Sequence[Cue]) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        workshop = Workshop(Path(own))
        video_id = await workshop.add_video(film, **known)
        caption_id = await workshop.add_caption(video_id, *cues)
        ctx = await workshop.begin("render", type="burn", input_data={}, video_id=video_id)
        began_at = time.perf_counter()
        output = await wiring.handlers(SETTINGS)["burn"](BurnInput(caption_id=caption_id), ctx)
        row.kinolog.append(time.perf_counter() - began_at)
    assert isinstance(output, BurnOutput)  # noqa: S101  # the job of that name
    row.method, row.encoded_frames = output.method, output.encoded_frames


def table(rows: Sequence[Row]) -> str:
    lines = ["covered  captions     ffmpeg s  kinolog s  × faster      (least … most)  way      frames encoded"]
    for row in rows:
        plain, ours = statistics.median(row.plain), statistics.median(row.kinolog)
        ratios = f"{statistics.median(row.ratios):8.2f}      ({min(row.ratios):.2f} … {max(row.ratios):.2f})"
        lines.append(
            f"{row.coverage:7.0%}  {row.spread:11}  {plain:8.2f}  {ours:9.2f}  {ratios:28}  {row.method:7}"
            f"  {row.encoded_frames}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
