"""Asking a child program about a file: lines of JSON come back, percents first, then the answer or a refusal."""

import json
from collections.abc import Callable
from typing import Any

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError, PermanentError
from kinolog.common.media.inspector import explained

OnPercent = Callable[[float], None]


async def ask(child: Child, on_percent: OnPercent) -> dict[str, Any]:
    """What the child tells by `kinolog.common.media.tell`. Raises WorkError."""
    answer: dict[str, Any] = {}

    def hear(line: str) -> bool:
        said = json.loads(line)
        if "percent" in said:
            on_percent(said["percent"])
        else:
            answer.update(said)
        return True

    try:
        await run_child(child, hear)
    except ChildError as error:
        raise explained(error) from error
    if refused := answer.get("refused"):
        raise PermanentError(refused["kind"], refused["message"])
    told: dict[str, Any] = answer["answer"]
    return told
