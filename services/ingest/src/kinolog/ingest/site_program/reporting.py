"""What this program says while it works: progress on standard output, warnings on standard error."""

import sys
import time
from collections import deque
from typing import Any, Final

from kinolog.ingest.domain.site import SiteProgress, SiteRefusal
from kinolog.ingest.site_program.refusals import Refused

_INTERVAL_SECONDS: Final = 0.25
_LONGEST_WARNING: Final = 500
_MOST_ERRORS: Final = 10


class Quiet:
    """A log for yt-dlp. The last errors are kept: not all that it raises says what they were."""

    def __init__(self) -> None:
        self.errors: deque[str] = deque(maxlen=_MOST_ERRORS)

    def debug(self, message: str) -> None:
        """Nobody reads it."""

    def warning(self, message: str) -> None:
        print(message[:_LONGEST_WARNING], file=sys.stderr)

    def error(self, message: str) -> None:
        self.errors.append(message[:_LONGEST_WARNING])
        self.warning(message)


QUIET: Final = Quiet()


class Meter:
    """Counts the bytes of several files that are received one after another, as yt-dlp tells of them."""

    def __init__(self, file_count: int, max_bytes: int) -> None:
        self._file_count = file_count
        self._max_bytes = max_bytes
        self._done_before = self._done = 0
        self._files_before = 0
        self._said_at = 0.0

    def note(self, told: dict[str, Any]) -> None:
        """A progress hook. Raises Refused once there is more than may be."""
        self._done = max(self._done, int(told.get("downloaded_bytes") or 0))
        if self._done_before + self._done > self._max_bytes:
            message = f"The video has more than {self._max_bytes} bytes, which is the most that is taken."
            raise Refused(SiteRefusal(kind="media_limits", message=message))
        self._say_when_due(told)

    def file_is_done(self) -> None:
        self._done_before, self._done = self._done_before + self._done, 0
        self._files_before += 1

    def _say_when_due(self, told: dict[str, Any]) -> None:
        now = time.monotonic()
        if now - self._said_at < _INTERVAL_SECONDS:
            return
        self._said_at = now
        print(self._progress(told).model_dump_json(), flush=True)

    def _progress(self, told: dict[str, Any]) -> SiteProgress:
        total = told.get("total_bytes") or told.get("total_bytes_estimate")
        is_last = self._files_before + 1 == self._file_count
        return SiteProgress(
            done_bytes=self._done_before + self._done,
            total_bytes=self._done_before + int(total) if total and is_last else None,
            percent=self._percent(self._done / total if total else None),
            bytes_per_second=told.get("speed"),
            eta_seconds=told.get("eta") if is_last else None,
        )

    def _percent(self, fraction: float | None) -> float | None:
        """As if all files were of a size: nobody knows better before they are here."""
        if fraction is None:
            return None
        return 100 * min(1.0, (self._files_before + min(1.0, fraction)) / self._file_count)
