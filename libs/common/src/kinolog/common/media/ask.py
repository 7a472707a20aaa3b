"""Asking a child program about a file: lines of JSON come back, percents first, then the answer or a refusal."""

import json
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError, ChildFailed, PassingError, PermanentError, WorkError

OnPercent = Callable[[float], None]

_LIMIT_EXITS: Final = (-signal.SIGXCPU, -signal.SIGXFSZ)
# As a service manager does that tells all processes of a service to stop.
_ASKED_TO_STOP: Final = (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)
_MEMORY_WORDS: Final = re.compile(
    r"MemoryError|annot allocate memory|failed to map segment|Resource temporarily unavailable"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a child reads, in words that begin or end a sentence; `broken` is a whole one, of a child that it broke."""

    program: str
    task: str
    effort: str
    broken_kind: str
    broken: str


MEDIA_FILE: Final = Subject(
    program="The program that examines the file",
    task="examining the file",
    effort="The file takes more work to examine",
    broken_kind="media_corrupt",
    broken="The file broke the program that examines it: upload an undamaged one, or one converted to MP4.",
)


async def ask(child: Child, on_percent: OnPercent) -> dict[str, Any]:
    """What the child tells by `kinolog.common.media.tell`. Raises WorkError."""
    answer: dict[str, Any] = {}

    def hear(line: str) -> bool:
        answer.update(json.loads(line))
        on_percent(answer.pop("percent", 100.0))
        return True

    try:
        await run_child(child, hear)
    except ChildError as error:
        raise explained(error) from error
    if refused := answer.get("refused"):
        raise PermanentError(refused["kind"], refused["message"])
    told: dict[str, Any] = answer["answer"]
    return told


def explained(error: ChildError, subject: Subject = MEDIA_FILE) -> WorkError:
    """A child that ended without an answer was stopped by a limit, or by what the file did to a decoder."""
    detail = f"{error}\n{error.stderr_tail}"
    exit_code = error.exit_code if isinstance(error, ChildFailed) else None
    if exit_code == -signal.SIGKILL:
        return PassingError("out_of_memory", f"The system ran out of memory while {subject.task}.", detail=detail)
    if exit_code in _ASKED_TO_STOP:
        return PassingError("child_stopped", f"{subject.program} was stopped.", detail=detail)
    if exit_code is None or exit_code in _LIMIT_EXITS or _MEMORY_WORDS.search(error.stderr_tail):
        return PermanentError("media_limits", f"{subject.effort} than is allowed.", detail=detail)
    return PermanentError(subject.broken_kind, subject.broken, detail=detail)
