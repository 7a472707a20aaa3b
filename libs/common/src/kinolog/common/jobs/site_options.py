"""The options of yt-dlp that a caller may set, by the names of its command line: an allow-list, since many others read
files, run programs or choose another way out.
"""

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator

from kinolog.common.fields import Request
from kinolog.common.web_url import WebUrl

_ARGUMENTS: Final = re.compile(r"[a-z0-9+_-]{1,50}:[a-z0-9_]{1,50}=[^;=]{1,300}(;[a-z0-9_]{1,50}=[^;=]{1,300}){0,19}")
_PRINTABLE: Final = r"^[\x20-\x7e]*$"


def _as_arguments(text: str) -> str:
    if not _ARGUMENTS.fullmatch(text):
        raise ValueError("must be like youtube:player_client=web,ios;skip=hls")
    return text


# A job that shows no progress for longer is taken for stuck.
_Seconds = Annotated[float, Field(strict=True, ge=0, le=60)]
_Arguments = Annotated[str, StringConstraints(max_length=1_000, pattern=_PRINTABLE), AfterValidator(_as_arguments)]


class SiteOptions(Request):
    """`format` takes the place of the choice by `media` and `max_height`, `format_sort` orders what that leaves.

    `xff` is a country in whose name to ask, sleeps are seconds, `age_limit` the viewer's years; `write_auto_subs` takes
    subtitles that the site's machines wrote where people wrote none.
    """

    format: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTABLE)] | None = None
    format_sort: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_+:~,.-]{1,200}$")] | None = None
    write_auto_subs: StrictBool = False
    xff: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    referer: WebUrl | None = None
    user_agent: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=_PRINTABLE)] | None = None
    age_limit: Annotated[int, Field(strict=True, ge=0, le=99)] | None = None
    sleep_requests: _Seconds = 0.0
    sleep_interval: _Seconds = 0.0
    playlist_reverse: StrictBool = False
    extractor_args: _Arguments | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_these(cls, given: Any) -> Any:
        unknown = sorted(set(given) - set(cls.model_fields)) if isinstance(given, dict) else []
        if unknown:
            raise ValueError(f"must not have {str(unknown[0])[:50]}: allowed are {', '.join(cls.model_fields)}")
        return given
