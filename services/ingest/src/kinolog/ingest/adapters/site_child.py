"""Asking the child program that reads sites: its limits, its only way out, and what its end means."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError, ChildFailed, ChildStalled, PassingError, PermanentError, WorkError
from kinolog.common.media.ask import Subject, explained
from kinolog.ingest.adapters.egress import Egress
from kinolog.ingest.domain.site import ANSWER_FILE, QUESTION_FILE, SiteProgress, SiteQuestion, SiteRefusal, SiteTask

A = TypeVar("A", bound=BaseModel)
OnSiteProgress = Callable[[SiteProgress], None]

_BROKE: Final = "The page broke the program that reads sites: give the address of the file itself."
_LONGEST_ANSWER_BYTES: Final = 8 * 1024 * 1024
_SITE: Final = Subject(
    program="The program that reads sites",
    task="reading the site",
    effort="The site takes more work to read",
    broken_kind="source_unsupported",
    broken=_BROKE,
)

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBounds:
    """What the program may use; see the settings of the same names."""

    max_page_bytes: int
    look_timeout_seconds: float
    look_cpu_seconds: int
    fetch_timeout_seconds: float
    fetch_cpu_seconds: int
    stall_seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class SiteChild:
    egress: Egress
    bounds: SiteBounds

    async def ask(self, question: SiteQuestion, answer: type[A], on_progress: OnSiteProgress) -> A:
        """Raises WorkError. The proxy's address in the question is filled in here: every question gets its own."""
        async with self.egress.open(self._most_bytes(question)) as way_out:
            asked = question.model_copy(update={"proxy_url": way_out.url})
            try:
                return await self._answer(asked, answer, on_progress)
            except WorkError as error:
                # The library only sees that something did not answer; the proxy knows why.
                raise way_out.refusal or error from error

    def _most_bytes(self, question: SiteQuestion) -> int:
        pages = self.bounds.max_page_bytes
        return pages + question.limits.max_bytes if question.task is SiteTask.FETCH else pages

    async def _answer(self, question: SiteQuestion, answer: type[A], on_progress: OnSiteProgress) -> A:
        private = Path(question.private_folder)
        (private / ANSWER_FILE).unlink(missing_ok=True)
        asked = private / QUESTION_FILE
        asked.write_text(question.model_dump_json(), encoding="utf-8")
        try:
            said = await run_child(self._child(question, asked), _hearing(on_progress))
        except ChildError as error:
            raise _explained(error) from error
        finally:
            asked.unlink(missing_ok=True)
        if said:
            _logger.info("Read a site with warnings", task=question.task.value, said=said[-1_000:])
        return _read(private / ANSWER_FILE, answer)

    def _child(self, question: SiteQuestion, asked: Path) -> Child:
        is_fetch, bounds = question.task is SiteTask.FETCH, self.bounds
        return Child(
            argv=(sys.executable, "-I", "-m", "kinolog.ingest.site_program", str(asked)),
            workdir=Path(question.private_folder),
            limits=Limits(
                cpu_seconds=bounds.fetch_cpu_seconds if is_fetch else bounds.look_cpu_seconds,
                memory_bytes=bounds.memory_bytes,
                file_bytes=question.limits.max_bytes if is_fetch else bounds.max_page_bytes,
                open_files=256,
            ),
            timeout_seconds=bounds.fetch_timeout_seconds if is_fetch else bounds.look_timeout_seconds,
            stall_seconds=bounds.stall_seconds if is_fetch else None,
            env={"YTDLP_NO_PLUGINS": "1"},
        )


def _hearing(on_progress: OnSiteProgress) -> Callable[[str], bool]:
    """Only bytes count as progress: a server that sends none keeps nobody waiting for ever."""
    most = -1

    def hear(line: str) -> bool:
        nonlocal most
        try:
            progress = SiteProgress.model_validate_json(line)
        except ValidationError:
            return False
        on_progress(progress)
        gained, most = progress.done_bytes > most, max(most, progress.done_bytes)
        return gained

    return hear


def _read(file: Path, answer: type[A]) -> A:
    """Raises WorkError, the one that the program answered with where it did."""
    try:
        if file.stat().st_size > _LONGEST_ANSWER_BYTES:
            raise PermanentError("media_limits", "The site tells more than is taken.")
        told = json.loads(file.read_bytes())
        if set(told) == set(SiteRefusal.model_fields):
            raise SiteRefusal.model_validate(told).error()
        return answer.model_validate(told)
    except (OSError, ValueError) as error:
        raise PermanentError("source_unsupported", _BROKE, detail=repr(error)[:1_000]) from error


def _explained(error: ChildError) -> WorkError:
    if not isinstance(error, ChildFailed):
        told = "stopped sending" if isinstance(error, ChildStalled) else "took too long"
        return PassingError("source_too_slow", f"The site {told}.", detail=f"{error}\n{error.stderr_tail}")
    return explained(error, _SITE)
