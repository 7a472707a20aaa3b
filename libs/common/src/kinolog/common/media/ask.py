"""Asking a child program about a file: lines of JSON come back, percents first, then the answer or a refusal."""

import json
import re
import signal
from collections.abc import Callable
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


def explained(error: ChildError) -> WorkError:
    """A child that ended without an answer was stopped by a limit, or by what the file did to a decoder."""
    detail = f"{error}\n{error.stderr_tail}"
    exit_code = error.exit_code if isinstance(error, ChildFailed) else None
    if exit_code == -signal.SIGKILL:
        return PassingError("out_of_memory", "The system ran out of memory while examining the file.", detail=detail)
    if exit_code in _ASKED_TO_STOP:
        return PassingError("child_stopped", "The program that examines the file was stopped.", detail=detail)
    if exit_code is None or exit_code in _LIMIT_EXITS or _MEMORY_WORDS.search(error.stderr_tail):
        return PermanentError("media_limits", "The file takes more work to examine than is allowed.", detail=detail)
    message = "The file broke the program that examines it: upload an undamaged one, or one converted to MP4."
    return PermanentError("media_corrupt", message, detail=detail)
