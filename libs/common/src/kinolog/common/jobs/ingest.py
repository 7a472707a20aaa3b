"""Jobs that bring videos in."""

from typing import Final

from kinolog.common.events import BlobRef
from kinolog.common.fields import FileName, Request, SizeBytes, Title
from kinolog.common.jobs.base import JobType, Output, Patience
from kinolog.common.web_url import WebUrl


class UploadInput(Request):
    """Made by the upload endpoints once the bytes are stored."""

    filename: FileName
    title: Title
    size_bytes: SizeBytes
    content: BlobRef


class UploadOutput(Output):
    video_id: str
    sha256: str


class DownloadInput(Request):
    """Without `title` the video is called like its file."""

    url: WebUrl
    title: Title | None = None


class DownloadOutput(Output):
    video_id: str
    sha256: str
    size_bytes: int


INGEST_JOBS: Final = (
    JobType(
        "upload",
        "ingest",
        UploadInput,
        UploadOutput,
        needs_video=False,
        is_internal=True,
        patience=Patience(attempt_timeout_seconds=2 * 3600.0),
    ),
    JobType("download", "ingest", DownloadInput, DownloadOutput, needs_video=False, needs_project=True),
)
