"""Making one frame: a child program finds it among the packets, and ffmpeg decodes, draws and writes it."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError, ChildTimedOut, PassingError, PermanentError
from kinolog.common.frames_asked import PictureFormat
from kinolog.common.media.ask import ask
from kinolog.common.media.facts import Colour, Question
from kinolog.render.adapters.ffmpeg import FONTS_CONFIGURATION, explained
from kinolog.render.adapters.ffmpeg_arguments import input_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.frame import Spot
from kinolog.render.domain.work import Source

_PROGRAM: Final = "kinolog.render.adapters.spot_program"
_MOMENTS: Final = "moments"
_CODERS: Final[dict[PictureFormat, tuple[str, ...]]] = {
    # A third of the default's time, for a tenth more bytes.
    "png": ("-c:v", "png", "-pred", "up", "-compression_level", "3"),
    "webp": ("-c:v", "libwebp", "-quality", "90", "-compression_level", "2"),
    "jpeg": ("-c:v", "mjpeg", "-q:v", "2"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameBounds:
    """What making one frame may take."""

    limits: Limits
    threads: int
    max_streams: int
    max_duration_seconds: float
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class FrameMaker:
    options: EncodeOptions
    bounds: FrameBounds

    async def find(self, film: Path, container: str, workdir: Path, *, at: float, since: float, slack: float) -> Spot:
        """See `Spot` and `spot_program`. Raises WorkError."""
        asked = {
            "question": asdict(self._question(film, container)),
            # The shortest decimal that means this number: what was asked for, not what binary makes of it.
            "at": str(Fraction(repr(at))),
            "since": since,
            "slack": slack,
        }
        argv = (sys.executable, "-I", "-m", _PROGRAM, json.dumps(asked))
        found = await ask(self._child(argv, workdir), lambda percent: None)
        colour = found["colour"] and Colour(**found["colour"])
        return Spot(**{**found, "tick": tuple(found["tick"]), "colour": colour})

    async def make(
        self, source: Source, spot: Spot, filters: tuple[str, ...], kind: PictureFormat, output: Path
    ) -> float | None:
        """Write the picture to `output`, in the folder that holds what filters read.

        Returns the moment of the frame in seconds; None, with no file, where there was no frame. Raises WorkError.
        """
        argv = (imageio_ffmpeg.get_ffmpeg_exe(), *self.arguments(source, spot, filters, kind, output))
        try:
            await run_child(self._child(argv, output.parent))
        except ChildTimedOut as error:
            message = "The frame takes too long to make: the film has few key frames, or the worker much to do"
            raise PassingError("frame_late", message, detail=str(error)) from error
        except ChildError as error:
            raise explained(error) from error
        return await asyncio.to_thread(_moment_of, output, spot)

    def arguments(
        self, source: Source, spot: Spot, filters: tuple[str, ...], kind: PictureFormat, output: Path
    ) -> tuple[str, ...]:
        """The last of the frames that come is what stays in the file."""
        return (
            *("-hide_banner", "-nostdin", "-loglevel", "warning", "-nostats", "-y"),
            *input_arguments(self._placed(source, spot), self.options),
            *("-map", f"0:{spot.stream}", "-filter:v", ",".join(filters)),
            *("-fps_mode", "passthrough", "-enc_time_base:v", "filter", "-map_metadata", "-1"),
            *("-stats_enc_pre:v", _MOMENTS, "-stats_enc_pre_fmt:v", "{pts}"),
            *(*_CODERS[kind], "-f", "image2", "-update", "1", f"file:{output.absolute()}"),
        )

    def _placed(self, source: Source, spot: Spot) -> Source:
        seek = ("-noaccurate_seek", "-ss", f"{spot.seek_seconds:.6f}") if spot.seek_seconds > 0 else ()
        options = (*source.options, "-threads", str(self.bounds.threads), "-copyts", *seek)
        return Source(path=source.path, container=source.container, options=options)

    def _question(self, film: Path, container: str) -> Question:
        return Question(
            path=str(film.absolute()),
            container=container,
            max_pixels=self.options.max_pixels,
            max_streams=self.bounds.max_streams,
            max_duration_seconds=self.bounds.max_duration_seconds,
        )

    def _child(self, argv: tuple[str, ...], workdir: Path) -> Child:
        return Child(
            argv=argv,
            workdir=workdir,
            limits=self.bounds.limits,
            timeout_seconds=self.bounds.timeout_seconds,
            env={"FONTCONFIG_FILE": str((workdir / FONTS_CONFIGURATION).absolute())},
        )


def _moment_of(picture: Path, spot: Spot) -> float | None:
    if not picture.exists():
        return None
    try:
        return spot.seconds(int((picture.parent / _MOMENTS).read_text().split()[-1]))
    except (OSError, ValueError, IndexError) as error:
        message = "The frame that was made cannot be told from others: ask for another moment."
        raise PermanentError("frame_unfindable", message, detail=repr(error)) from error
