"""Asking the child program about a file, from the worker's side."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from kinolog.common import ids
from kinolog.common.child import Child, Limits
from kinolog.common.media.ask import OnPercent, ask
from kinolog.common.media.chapters import Chapter
from kinolog.common.media.facts import MediaFacts, Question
from kinolog.common.media.settings import MediaSettings

_FILE_BYTES: Final = 16 * 1024 * 1024
_FACTS: Final = TypeAdapter(MediaFacts)
_CHAPTERS: Final = TypeAdapter(tuple[Chapter, ...])


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is known of a file, its poster where one was asked for and can be had, and all that was found, as JSON."""

    facts: MediaFacts
    poster: Path | None
    report: Path


@dataclass(frozen=True, slots=True)
class Inspector:
    """Looks into files with PyAV, in a child process that is limited in time, memory and what it may open."""

    settings: MediaSettings

    @property
    def most_pixels(self) -> int:
        return self.settings.media_max_pixels

    async def inspect(
        self,
        file: Path,
        workdir: Path,
        *,
        container: str | None = None,
        windows: Sequence[tuple[float, float]] = (),
        wants_poster: bool = True,
        is_picture_examined: bool = False,
        on_percent: OnPercent = lambda percent: None,
    ) -> Inspected:
        """`is_picture_examined` is as for `Question`.

        Raises WorkError: PermanentError of the kinds `media_unsupported`, `media_corrupt` and `media_limits`.
        """
        name = ids.new_id("pst")
        poster, report = (workdir / f"{name}.jpg" if wants_poster else None), workdir / f"{name}.json"
        question = self._question(
            file, poster, report, container=container, windows=windows, is_picture_examined=is_picture_examined
        )
        facts = await self._ask(question, workdir, on_percent)
        if facts.chapter_count:
            # With the titles of a thousand chapters an answer would be longer than a line may be.
            facts = replace(facts, chapters=await asyncio.to_thread(_chapters_in, report))
        return Inspected(facts, poster if facts.poster else None, report)

    def _question(
        self,
        file: Path,
        poster: Path | None,
        report: Path,
        *,
        container: str | None,
        windows: Sequence[tuple[float, float]],
        is_picture_examined: bool,
    ) -> Question:
        """With absolute paths, since the child works in a folder of its own."""
        return Question(
            path=str(file.absolute()),
            max_pixels=self.settings.media_max_pixels,
            max_streams=self.settings.media_max_streams,
            max_duration_seconds=self.settings.media_max_duration_seconds,
            container=container,
            poster_path=None if poster is None else str(poster.absolute()),
            poster_width_pixels=self.settings.poster_width_pixels,
            windows=tuple(windows),
            report_path=str(report.absolute()),
            max_listed_streams=self.settings.probe_max_streams,
            max_chapters=self.settings.probe_max_chapters,
            max_key_frames=self.settings.probe_max_key_frames,
            is_picture_examined=is_picture_examined,
            max_sounds=self.settings.media_max_sounds,
        )

    async def _ask(self, question: Question, workdir: Path, on_percent: OnPercent) -> MediaFacts:
        return _FACTS.validate_python(await ask(self._child(question, workdir), on_percent))

    def _child(self, question: Question, workdir: Path) -> Child:
        return Child(
            argv=(sys.executable, "-I", "-m", "kinolog.common.media.program", json.dumps(asdict(question))),
            workdir=workdir,
            limits=Limits(
                cpu_seconds=self.settings.inspect_cpu_seconds,
                memory_bytes=self.settings.inspect_memory_bytes,
                file_bytes=_FILE_BYTES,
            ),
            timeout_seconds=self.settings.inspect_timeout_seconds,
            stall_seconds=self.settings.inspect_stall_seconds,
        )


def _chapters_in(report: Path) -> tuple[Chapter, ...]:
    return _CHAPTERS.validate_python(json.loads(report.read_text("utf-8"))["chapters"])
