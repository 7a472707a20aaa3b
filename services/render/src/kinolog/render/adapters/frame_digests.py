"""The digest of every decoded frame of a film, listed by ffmpeg's `framehash` into a file for each track."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError
from kinolog.common.media.facts import MediaFacts
from kinolog.render.adapters.ffmpeg import explained
from kinolog.render.adapters.ffmpeg_arguments import input_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.ffmpeg_progress import ProgressReader
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.reproduction import DecodedFrame
from kinolog.render.domain.work import Source

_TIME_BASE: Final = "#tb 0:"
_PTS, _DIGEST = 2, 5


@dataclass(frozen=True, slots=True)
class DigestList:
    """A file with a line for each frame, which is read anew by every iteration; no file stands for no frames."""

    file: Path | None

    def __iter__(self) -> Iterator[DecodedFrame]:
        if self.file is None:
            return
        time_base = Fraction(1)
        with self.file.open() as lines:
            for line in lines:
                if line.startswith(_TIME_BASE):
                    time_base = Fraction(line.removeprefix(_TIME_BASE).strip())
                elif not line.startswith("#"):
                    fields = [field.strip() for field in line.split(",")]
                    yield DecodedFrame(float(int(fields[_PTS]) * time_base), fields[_DIGEST])


@dataclass(frozen=True, slots=True)
class FrameDigester:
    options: EncodeOptions
    bounds: EncodeBounds

    async def digests(
        self, film: Path, facts: MediaFacts, folder: Path, on_progress: OnProgress
    ) -> tuple[DigestList, ...]:
        """Of the picture and of each track of sound; the lists lie in `folder`. Raises WorkError."""
        picture = None if facts.video_stream is None else folder / "picture.digests"
        sounds = [folder / f"sound-{sound.number}.digests" for sound in facts.sounds]
        listed = [(facts.video_stream, picture), *zip((sound.stream for sound in facts.sounds), sounds, strict=True)]
        child = Child(
            argv=(imageio_ffmpeg.get_ffmpeg_exe(), *self._arguments(film, facts, listed)),
            workdir=folder,
            limits=self.bounds.limits,
            timeout_seconds=self.bounds.timeout_seconds,
            stall_seconds=self.bounds.stall_seconds,
        )
        try:
            await run_child(child, ProgressReader(facts.duration, on_progress))
        except ChildError as error:
            raise explained(error) from error
        return (DigestList(picture), *map(DigestList, sounds))

    def _arguments(
        self, film: Path, facts: MediaFacts, listed: Iterable[tuple[int | None, Path | None]]
    ) -> tuple[str, ...]:
        source = Source(path=film, container=facts.container)
        return (
            *("-hide_banner", "-nostdin", "-loglevel", "warning", "-progress", "pipe:1", "-stats_period", "0.5"),
            *("-nostats", "-y", *input_arguments(source, self.options)),
            *(word for stream, file in listed if file for word in _listing(stream, file)),
        )


def _listing(stream: int | None, file: Path) -> tuple[str, ...]:
    return ("-map", f"0:{stream}", "-fps_mode", "passthrough", "-f", "framehash", f"file:{file.absolute()}")
