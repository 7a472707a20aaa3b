"""Which files of a watched folder are whole: those that nobody has written to for a while."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from kinolog.cli.library.folder import Found


@dataclass(slots=True)
class _Seen:
    found: Found
    since: float
    is_taken: bool = False


class Settling:
    """Remembers how each file looked, and since when. `clock` tells seconds from any beginning.

    The time of a change is not asked for: a copy may keep that of its original.
    """

    def __init__(self, settle_seconds: float, clock: Callable[[], float]) -> None:
        self._settle_seconds = settle_seconds
        self._clock = clock
        self._seen: dict[Path, _Seen] = {}

    def ready(self, files: Iterable[Found]) -> list[Found]:
        """Those that have stayed the same for long enough; each once, until it changes."""
        now = self._clock()
        self._seen = {found.path: self._look_again(found, now) for found in files}
        ready = [seen for seen in self._seen.values() if not seen.is_taken and self._is_settled(seen, now)]
        for seen in ready:
            seen.is_taken = True
        return [seen.found for seen in ready]

    def again(self, path: Path) -> None:
        """Have a file be ready once more, when it has waited as if it were new."""
        seen = self._seen[path]
        self._seen[path] = _Seen(seen.found, self._clock())

    def _look_again(self, found: Found, now: float) -> _Seen:
        before = self._seen.get(found.path)
        return before if before is not None and before.found == found else _Seen(found, now)

    def _is_settled(self, seen: _Seen, now: float) -> bool:
        return now - seen.since >= self._settle_seconds
