"""Asking the child program about a file, from the worker's side."""

import json
import re
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from kinolog.common import ids
from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError, ChildFailed, PassingError, PermanentError, WorkError
from kinolog.common.media.facts import MediaFacts, Question
from kinolog.common.media.settings import MediaSettings

OnPercent = Callable[[float], None]

_FILE_BYTES: Final = 16 * 1024 * 1024
_LIMIT_EXITS: Final = (-signal.SIGXCPU, -signal.SIGXFSZ)
_MEMORY_WORDS: Final = re.compile(
    r"MemoryError|annot allocate memory|failed to map segment|Resource temporarily unavailable"
)
_FACTS: Final = TypeAdapter(MediaFacts)


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

    async def inspect(
        self,
        file: Path,
        workdir: Path,
        *,
        container: str | None = None,
        windows: Sequence[tuple[float, float]] = (),
        wants_poster: bool = True,
        on_percent: OnPercent = lambda percent: None,
    ) -> Inspected:
        """Raises WorkError: PermanentError of the kinds `media_unsupported`, `media_corrupt` and `media_limits`."""
        name = ids.new_id("pst")
        poster, report = (workdir / f"{name}.jpg" if wants_poster else None), workdir / f"{name}.json"
        question = self._question(file, poster, report, container=container, windows=windows)
        facts = await self._ask(question, workdir, on_percent)
        return Inspected(facts, poster if facts.poster else None, report)

    def _question(
        self,
        file: Path,
        poster: Path | None,
        report: Path,
        *,
        container: str | None,
        windows: Sequence[tuple[float, float]],
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
        )

    async def _ask(self, question: Question, workdir: Path, on_percent: OnPercent) -> MediaFacts:
        answer: dict[str, Any] = {}

        def hear(line: str) -> bool:
            answer.update(json.loads(line))
            on_percent(answer.pop("percent", 100.0))
            return True

        try:
            await run_child(self._child(question, workdir), hear)
        except ChildError as error:
            raise explained(error) from error
        if refused := answer.get("refused"):
            raise PermanentError(refused["kind"], refused["message"])
        return _FACTS.validate_python(answer["facts"])

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


def explained(error: ChildError) -> WorkError:
    """A child that ended without an answer was stopped by a limit, or by what the file did to a decoder."""
    detail = f"{error}\n{error.stderr_tail}"
    exit_code = error.exit_code if isinstance(error, ChildFailed) else None
    if exit_code == -signal.SIGKILL:
        return PassingError("out_of_memory", "The system ran out of memory while examining the file.", detail=detail)
    if exit_code is None or exit_code in _LIMIT_EXITS or _MEMORY_WORDS.search(error.stderr_tail):
        return PermanentError("media_limits", "The file takes more work to examine than is allowed.", detail=detail)
    message = "The file broke the program that examines it: upload an undamaged one, or one converted to MP4."
    return PermanentError("media_corrupt", message, detail=detail)
