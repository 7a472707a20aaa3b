"""The rules of taking media in."""

from dataclasses import dataclass

from kinolog.common.aggregates import Job
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import UploadInput
from kinolog.common.media.identity import Identity


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file's bytes are: their number and their SHA-256 in hexadecimal."""

    size_bytes: int
    sha256: str


def refuse_altered(job: UploadInput, found: Fingerprint) -> None:
    """Raises PermanentError unless the stored bytes are exactly those that were uploaded."""
    uploaded = Fingerprint(job.size_bytes, job.content.sha256)
    if found != uploaded:
        message = "The stored bytes are not the ones that were uploaded: upload the file again."
        raise PermanentError("media_corrupt", message, detail=f"uploaded {uploaded}, found {found}")


def identity_of(job: UploadInput, submitted: Job) -> Identity:
    """Raises PermanentError for a job that names no project."""
    if submitted.project_id is None:
        raise PermanentError("project_missing", "The upload names no project: upload the file into one.")
    return Identity(project_id=submitted.project_id, title=job.title, filename=job.filename)
