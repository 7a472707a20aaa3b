"""The rules of taking media in."""

import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from kinolog.common.aggregates import Job
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import DownloadInput, UploadInput
from kinolog.common.media.identity import Identity

_LONGEST_LABEL: Final = 200
_NAMELESS: Final = "download"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file's bytes are: their number and their SHA-256 in hexadecimal."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came from elsewhere; `filename` is what it is called there, a label and nothing more."""

    file: Path
    fingerprint: Fingerprint
    filename: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a server says of a file. `validator` tells this state of the file from any other, for `If-Range`."""

    url: str
    validator: str | None = None
    total_bytes: int | None = None
    filename: str = _NAMELESS


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How much of a source is safely on disk, in the file that belongs to `attempt`."""

    source: Source
    attempt: int
    received: Fingerprint

    def state(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, state: dict[str, Any] | None, url: str) -> Self | None:
        """None where nothing was kept of this URL, or only in the shape of another release."""
        try:
            kept = None if state is None else cls(**_parts(**state))
        except TypeError:
            return None
        return kept if kept is not None and kept.source.url == url else None


def _parts(*, source: dict[str, Any], attempt: int, received: dict[str, Any]) -> dict[str, Any]:
    return {"source": Source(**source), "attempt": attempt, "received": Fingerprint(**received)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How far to go for a file; see the settings of the same names."""

    max_bytes: int
    max_redirects: int
    connect_timeout_seconds: float
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


def refuse_altered(job: UploadInput, found: Fingerprint) -> None:
    """Raises PermanentError unless the stored bytes are exactly those that were uploaded."""
    uploaded = Fingerprint(job.size_bytes, job.content.sha256)
    if found != uploaded:
        message = "The stored bytes are not the ones that were uploaded: upload the file again."
        raise PermanentError("media_corrupt", message, detail=f"uploaded {uploaded}, found {found}")


def identity_of(job: UploadInput, submitted: Job) -> Identity:
    """Raises PermanentError for a job that names no project."""
    return Identity(project_id=project_of(submitted), title=job.title, filename=job.filename)


def identity_of_download(job: DownloadInput, submitted: Job, filename: str) -> Identity:
    """A video without a title is called like its file. Raises PermanentError for a job that names no project."""
    title = job.title or Path(filename).stem
    return Identity(project_id=project_of(submitted), title=title, filename=filename, source_url=job.url)


def project_of(submitted: Job) -> str:
    """Raises PermanentError for a job that names no project."""
    if submitted.project_id is None:
        raise PermanentError("project_missing", f"The {submitted.type} names no project: submit it into one.")
    return submitted.project_id


def label(name: str) -> str:
    """What somebody else calls a file, as one line of text without folders."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip(" .")
    return plain[:_LONGEST_LABEL].strip() or _NAMELESS
