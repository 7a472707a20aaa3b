"""Jobs that bring videos in."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StrictBool

from kinolog.common.events import BlobRef
from kinolog.common.fields import FileName, Language, Request, SizeBytes, Title
from kinolog.common.jobs.base import JobType, Output, Patience
from kinolog.common.jobs.site_options import SiteOptions
from kinolog.common.web_url import WebUrl

MOST_PLAYLIST_ENTRIES: Final = 500

NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
SecretName = Annotated[str, Field(pattern=NAME_PATTERN)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]


class UploadInput(Request):
    """Made by the upload endpoints once the bytes are stored. `is_known` tells that they were stored before."""

    filename: FileName
    title: Title
    size_bytes: SizeBytes
    content: BlobRef
    is_known: bool = False


class UploadOutput(Output):
    """`is_known` tells that the very same bytes were stored before, so that they took no more room."""

    video_id: str
    sha256: str
    is_known: bool = False


class DownloadStrategy(StrEnum):
    """`direct` fetches the file that the address itself answers with, `site` what a site's page shows; `auto` asks the
    address what it is.
    """

    AUTO = "auto"
    DIRECT = "direct"
    SITE = "site"


class MediaChoice(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"


class DownloadChoices(Request):
    """What to take, and how. All but the rate limit and `is_forced` concern sites alone.

    `max_height` is in pixels; `subtitles` are the languages of those to be taken along as captions; `cookies` names a
    stored secret; `is_forced` fetches what the project has already; `site_options` are some of yt-dlp's.
    """

    media: MediaChoice = MediaChoice.VIDEO
    max_height: Annotated[int, Field(strict=True, ge=144, le=4320)] | None = None
    subtitles: Annotated[tuple[Language, ...], Field(max_length=20)] = ()
    cookies: SecretName | None = None
    rate_limit_bytes_per_second: Annotated[int, Field(strict=True, ge=1_024)] | None = None
    is_forced: StrictBool = False
    site_options: SiteOptions = SiteOptions()


class DownloadInput(DownloadChoices):
    """Without `title` the video is called as it is where it comes from. A file with another hash is refused."""

    url: WebUrl
    title: Title | None = None
    strategy: DownloadStrategy = DownloadStrategy.AUTO
    sha256: Sha256 | None = None


class DownloadOutput(Output):
    """`strategy` is the one that was taken. `is_archived` tells that the project had the source's video already, and
    nothing was fetched; `is_known` that the very same bytes were stored before. `missing_subtitles` are languages that
    were asked for, and could not be had or read.
    """

    video_id: str
    sha256: str
    size_bytes: int
    strategy: DownloadStrategy = DownloadStrategy.DIRECT
    is_archived: bool = False
    is_known: bool = False
    caption_ids: tuple[str, ...] = ()
    missing_subtitles: tuple[str, ...] = ()


class DownloadPlaylistInput(DownloadChoices):
    """A download for each entry of a playlist, channel or feed, from the `first` on, at most `limit` of them."""

    url: WebUrl
    first: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 1
    limit: Annotated[int, Field(strict=True, ge=1, le=MOST_PLAYLIST_ENTRIES)] = 50


class DownloadPlaylistOutput(Output):
    """`archived_count` entries were left out since the project has or fetches them already."""

    title: str | None = None
    entry_count: int
    archived_count: int
    job_ids: tuple[str, ...] = ()


class AnalysisPart(StrEnum):
    """What can be made of a file that is stored: `sound` is its loudness and its silences."""

    POSTER = "poster"
    STORYBOARD = "storyboard"
    WAVEFORM = "waveform"
    SOUND = "sound"


class AnalyzeInput(Request):
    parts: Annotated[frozenset[AnalysisPart], Field(min_length=1)] = frozenset(
        {AnalysisPart.STORYBOARD, AnalysisPart.WAVEFORM, AnalysisPart.SOUND}
    )


class AnalyzeOutput(Output):
    """`missing` are the parts that the file cannot have, as the waveform of a silent film."""

    made: tuple[AnalysisPart, ...] = ()
    missing: tuple[AnalysisPart, ...] = ()


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
    JobType(
        "download_playlist",
        "ingest",
        DownloadPlaylistInput,
        DownloadPlaylistOutput,
        needs_video=False,
        needs_project=True,
        patience=Patience(attempt_timeout_seconds=1800.0),
    ),
    JobType("analyze", "ingest", AnalyzeInput, AnalyzeOutput, patience=Patience(attempt_timeout_seconds=4 * 3600.0)),
)
