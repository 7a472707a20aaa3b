"""Where a film is silent, as ffmpeg's `silencedetect` finds it and `ametadata` writes it down."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError
from kinolog.common.jobs import RemoveSilenceInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.silences import silence_filters, silences_in
from kinolog.common.media.whole_film import whole_clock, whole_sound
from kinolog.render.adapters.ffmpeg import explained
from kinolog.render.adapters.ffmpeg_arguments import input_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.ffmpeg_progress import ProgressReader
from kinolog.render.domain.errand import Film
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.silence import Span, sound_stream
from kinolog.render.domain.work import Source

_FOUND: Final = "silences.txt"


@dataclass(frozen=True, slots=True)
class SilenceMeter:
    options: EncodeOptions
    bounds: EncodeBounds

    async def silences(
        self, film: Film, facts: MediaFacts, job: RemoveSilenceInput, on_progress: OnProgress
    ) -> tuple[Span, ...]:
        """In order; the last one may go on to the film's end. Raises WorkError."""
        child = Child(
            argv=(imageio_ffmpeg.get_ffmpeg_exe(), *self._arguments(film, facts, job)),
            workdir=film.workdir,
            limits=self.bounds.limits,
            timeout_seconds=self.bounds.timeout_seconds,
            stall_seconds=self.bounds.stall_seconds,
        )
        try:
            await run_child(child, ProgressReader(facts.duration, on_progress))
        except ChildError as error:
            raise explained(error) from error
        return await asyncio.to_thread(_read, film.workdir / _FOUND, facts.duration)

    def _arguments(self, film: Film, facts: MediaFacts, job: RemoveSilenceInput) -> tuple[str, ...]:
        source = Source(path=film.path, container=film.container)
        detect = silence_filters(job.threshold_db, job.min_silence_seconds, _FOUND)
        return (
            *("-hide_banner", "-nostdin", "-loglevel", "warning", "-progress", "pipe:1", "-stats_period", "0.5"),
            *("-nostats", "-y", *input_arguments(source, self.options), "-map", f"0:{sound_stream(facts)}"),
            *("-filter:a", f"{whole_sound(facts.duration)},{detect}", "-f", "null", "-"),
            *whole_clock(facts.container, facts.video_stream),
        )


def _read(file: Path, seconds: float) -> tuple[Span, ...]:
    with file.open() as lines:
        return tuple(silences_in(lines, seconds))
