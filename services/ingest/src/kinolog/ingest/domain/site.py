"""What the child program that reads sites is asked, and what it answers. Both sides of the talk use these."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.common.jobs import DownloadChoices

# Files in the attempt's private folder.
QUESTION_FILE: Final = "question.json"
ANSWER_FILE: Final = "answer.json"
COOKIES_FILE: Final = "cookies.txt"
PLAN_FILE: Final = "plan.json"

LONGEST_SOURCE_ID: Final = 300


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)


class SiteTask(StrEnum):
    """`describe` finds out what a page shows, `fetch` gets it by what `describe` left, `list` names what a list has."""

    DESCRIBE = "describe"
    FETCH = "fetch"
    LIST = "list"


class SiteLimits(_Message):
    """How far to go; see the settings of the same names. `extractors` are yt-dlp's names of them, or patterns."""

    max_bytes: int
    max_duration_seconds: float
    idle_timeout_seconds: float
    longest_retry_after_seconds: float
    connections: int
    extractors: tuple[str, ...]


class SiteQuestion(_Message):
    """`folder` is kept for the next attempt, `private_folder` goes with this one. `proxy_url` is the only way out."""

    task: SiteTask
    url: str
    choices: DownloadChoices
    folder: str
    private_folder: str
    proxy_url: str
    limits: SiteLimits
    first: int = 1
    limit: int = 1


class SiteProgress(_Message):
    """Of all files together. Totals are estimates until the last file."""

    done_bytes: int
    percent: float | None = None
    total_bytes: int | None = None
    bytes_per_second: float | None = None
    eta_seconds: float | None = None


class Described(_Message):
    """None where the site has no name for what it shows that stays the same."""

    source_id: str | None


# A name and no path: the program reads what strangers write.
_FileName = Annotated[str, Field(pattern=r"^[a-z0-9]{1,64}\.[a-z0-9]{1,20}$")]


class BroughtSubtitles(_Message):
    language: str
    file: _FileName


class Brought(_Message):
    """Names of files in the kept folder. `is_streamed` tells that the bytes are those of segments, joined as they came;
    `missing_subtitles` are languages whose subtitles could not be had.
    """

    files: Annotated[tuple[_FileName, ...], Field(min_length=1, max_length=2)]
    extension: str
    title: str | None = None
    is_streamed: bool = False
    has_picture: bool = True
    description: _FileName
    subtitles: tuple[BroughtSubtitles, ...] = ()
    missing_subtitles: tuple[str, ...] = ()


class SiteEntry(_Message):
    url: str
    source_id: str | None = None


class Listed(_Message):
    title: str | None = None
    entries: tuple[SiteEntry, ...] = ()


class SiteRefusal(_Message):
    """Why there is no answer, and whether there may be one later."""

    kind: str
    message: str
    detail: str | None = None
    is_passing: bool = False
    retry_in_seconds: float | None = None

    def error(self) -> WorkError:
        if self.is_passing:
            return PassingError(self.kind, self.message, detail=self.detail, retry_in_seconds=self.retry_in_seconds)
        return PermanentError(self.kind, self.message, detail=self.detail)
