"""What a child program answers, in lines of JSON: percents, then `{"answer": …}` or `{"refused": {…}}`."""

import json
import time
from collections.abc import Callable
from typing import Any, Final

from kinolog.common.media.facts import MediaRefused

_EVERY_SECONDS: Final = 0.5


def tell(make: Callable[[], dict[str, Any]]) -> None:
    """Say what `make` comes to."""
    try:
        told = {"answer": make()}
    except MediaRefused as refused:
        told = {"refused": {"kind": refused.kind, "message": refused.message}}
    except MemoryError:
        message = "The file needs more memory to be examined than is allowed."
        told = {"refused": {"kind": "media_limits", "message": message}}
    print(json.dumps(told), flush=True)


class PercentTeller:
    """Says how far the work is, now and then."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def __call__(self, percent: float) -> None:
        if time.monotonic() - self._told_at > _EVERY_SECONDS:
            print(json.dumps({"percent": round(min(100.0, percent), 1)}), flush=True)
            self._told_at = time.monotonic()
