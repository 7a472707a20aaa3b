"""Getting a file from elsewhere: what it is, how far to go for it, and what was received of it so far."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import DownloadStrategy
from kinolog.ingest.domain.pieces import Plan, Received

NAMELESS: Final = "download"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file's bytes are: their number and their SHA-256 in hexadecimal."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Subtitles:
    """A file of subtitles that came along, as WebVTT in UTF-8."""

    file: Path
    language: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came from elsewhere.

    `filename` and `title` are what it is called there, labels and nothing more; `description` is a file of JSON.
    `missing_subtitles` are languages that were asked for and are not there.
    """

    file: Path
    fingerprint: Fingerprint
    filename: str
    strategy: DownloadStrategy = DownloadStrategy.DIRECT
    title: str | None = None
    description: Path | None = None
    subtitles: tuple[Subtitles, ...] = ()
    missing_subtitles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What a server says of a file. `validator` tells this state of the file from any other, for `If-Range`."""

    url: str
    validator: str | None = None
    total_bytes: int | None = None
    filename: str = NAMELESS


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How much of a source is safely on disk, in the file that belongs to `attempt`.

    `received` are the bytes from the beginning of the file, `others` what pieces behind a gap have.
    """

    source: Source
    attempt: int
    received: Fingerprint
    piece_bytes: int | None
    others: tuple[Received, ...]

    def state(self) -> dict[str, Any]:
        return asdict(self)

    def plan(self) -> Plan:
        return Plan.gone_on_with(self.source.total_bytes, self.piece_bytes, self.received.size_bytes, self.others)

    @classmethod
    def of(cls, state: dict[str, Any] | None, url: str) -> Self | None:
        """None where nothing was kept of this URL, or only in the shape of another release."""
        try:
            kept = None if state is None else cls(**_parts(**state))
        except TypeError:
            return None
        return kept if kept is not None and kept.source.url == url else None


def _parts(
    *,
    source: dict[str, Any],
    attempt: int,
    received: dict[str, Any],
    piece_bytes: int | None,
    others: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "source": Source(**source),
        "attempt": attempt,
        "received": Fingerprint(**received),
        "piece_bytes": piece_bytes,
        "others": tuple(Received(**other) for other in others),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How far to go for a file; see the settings of the same names."""

    max_bytes: int
    max_redirects: int
    connections: int
    least_piece_bytes: int
    answer_timeout_seconds: float
    idle_timeout_seconds: float
    lowest_speed_bytes_per_second: float
    speed_window_seconds: float
    max_resumptions: int
    resume_pause_seconds: float
    longest_retry_after_seconds: float
    checkpoint_interval_seconds: float

    def refuse_too_large(self, size_bytes: int) -> None:
        """Raises PermanentError."""
        if size_bytes > self.max_bytes:
            message = f"The file has more than {self.max_bytes} bytes, which is the most that is taken."
            raise PermanentError("media_limits", message)
