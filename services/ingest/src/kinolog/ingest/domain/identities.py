"""Who the video of a file that was taken in is."""

import unicodedata
from pathlib import Path
from typing import Final

from kinolog.common.aggregates import VIDEO, Job
from kinolog.common.errors import PermanentError
from kinolog.common.ids import derived_id
from kinolog.common.jobs import DownloadInput, UploadInput
from kinolog.common.media.identity import Identity
from kinolog.ingest.domain.fetching import NAMELESS, Fetched, Fingerprint

_LONGEST_LABEL: Final = 200


def refuse_altered(job: UploadInput, found: Fingerprint) -> None:
    """Raises PermanentError unless the stored bytes are exactly those that were uploaded."""
    uploaded = Fingerprint(job.size_bytes, job.content.sha256)
    if found != uploaded:
        message = "The stored bytes are not the ones that were uploaded: upload the file again."
        raise PermanentError("media_corrupt", message, detail=f"uploaded {uploaded}, found {found}")


def refuse_another(job: DownloadInput, found: Fingerprint) -> None:
    """Raises PermanentError for a file with another hash than the one that is wanted."""
    if job.sha256 is not None and job.sha256.lower() != found.sha256:
        message = f"The file is not the one that is wanted: its SHA-256 is {found.sha256}. Check the `sha256` given."
        raise PermanentError("checksum_mismatch", message)


def identity_of(job: UploadInput, submitted: Job) -> Identity:
    """Raises PermanentError for a job that names no project."""
    return Identity(project_id=project_of(submitted), title=job.title, filename=job.filename)


def identity_of_download(job: DownloadInput, submitted: Job, fetched: Fetched, source_id: str | None) -> Identity:
    """A video without a title is called as it is where it comes from, or like its file.

    Raises PermanentError for a job that names no project.
    """
    return Identity(
        project_id=project_of(submitted),
        title=job.title or fetched.title or Path(fetched.filename).stem,
        filename=fetched.filename,
        source_url=job.url,
        source_id=source_id,
    )


def archived_video_id(project_id: str, source_id: str, copy: int = 0) -> str:
    """The id of the video that a project has of a source, whether there is one or not; and of further ones."""
    return derived_id(VIDEO.id_prefix, project_id, source_id, *([str(copy)] if copy else []))


def project_of(submitted: Job) -> str:
    """Raises PermanentError for a job that names no project."""
    if submitted.project_id is None:
        raise PermanentError("project_missing", f"The {submitted.type} names no project: submit it into one.")
    return submitted.project_id


def label(name: str) -> str:
    """What somebody else calls a file, as one line of text without folders."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip(" .")
    return plain[:_LONGEST_LABEL].strip() or NAMELESS
