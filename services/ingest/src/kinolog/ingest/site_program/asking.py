"""How yt-dlp is set up: nothing of the machine's own configuration, one way out, whole files or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from yt_dlp import YoutubeDL

from kinolog.common.jobs import DownloadChoices, MediaChoice
from kinolog.common.jobs.site_options import SiteOptions
from kinolog.ingest.domain.site import COOKIES_FILE, SiteQuestion, SiteTask
from kinolog.ingest.site_program.reporting import QUIET

_RETRIES: Final = 3


@contextmanager
def opened(question: SiteQuestion) -> Iterator[YoutubeDL]:
    """Cookies that a site sets are kept in the private folder at the end, for the next question of the attempt."""
    with YoutubeDL({**_FIXED, **_asked(question), **_limited(question), **_chosen(question.choices)}) as library:
        yield library


_FIXED: Final[dict[str, Any]] = {
    "logger": QUIET,
    "quiet": True,
    "noprogress": True,
    "cachedir": False,
    "usenetrc": False,
    "enable_file_urls": False,
    "noplaylist": True,
    "extract_flat": "in_playlist",
    "js_runtimes": {},
    "remote_components": (),
    # `native` for every protocol: other downloaders are other programs, which know nothing of the proxy.
    "external_downloader": {"default": "native"},
    "hls_prefer_native": True,
    "fixup": "never",
    "updatetime": False,
    "continuedl": True,
    # A film with a piece missing is not that film.
    "skip_unavailable_fragments": False,
    "retries": _RETRIES,
    "fragment_retries": _RETRIES,
    "extractor_retries": 1,
}


def _asked(question: SiteQuestion) -> dict[str, Any]:
    is_list, first = question.task is SiteTask.LIST, question.first
    return {
        "proxy": question.proxy_url,
        "cookiefile": str(Path(question.private_folder) / COOKIES_FILE),
        "noplaylist": not is_list,
        # A channel of thousands is read only as far as it is asked for.
        "lazy_playlist": not question.choices.site_options.playlist_reverse,
        # Two are enough to see that there is more than one.
        "playlist_items": f"{first}:{first + question.limit - 1}" if is_list else "1:2",
    }


def _limited(question: SiteQuestion) -> dict[str, Any]:
    limits, rate = question.limits, question.choices.rate_limit_bytes_per_second
    return {
        "ratelimit": rate,
        # Each of several connections would take the whole rate.
        "concurrent_fragment_downloads": limits.connections if rate is None else 1,
        "socket_timeout": limits.idle_timeout_seconds,
        "allowed_extractors": list(limits.extractors),
    }


def _chosen(choices: DownloadChoices) -> dict[str, Any]:
    options = choices.site_options
    return {
        "format": options.format or _format(choices),
        "format_sort": options.format_sort.split(",") if options.format_sort else [],
        # Many sites are asked for subtitles only then.
        "writesubtitles": bool(choices.subtitles),
        "writeautomaticsub": bool(choices.subtitles) and options.write_auto_subs,
        "http_headers": _headers(options),
        "geo_bypass": False,
        "geo_bypass_country": options.xff,
        "age_limit": options.age_limit,
        "sleep_interval_requests": options.sleep_requests,
        "sleep_interval": options.sleep_interval,
        "playlistreverse": options.playlist_reverse,
        "extractor_args": _arguments(options.extractor_args),
    }


def _format(choices: DownloadChoices) -> str:
    height = "" if choices.max_height is None else f"[height<=?{choices.max_height}]"
    return f"ba/b{height}" if choices.media is MediaChoice.AUDIO else f"bv*{height}+ba/b{height}"


def _headers(options: SiteOptions) -> dict[str, str]:
    named = {"Referer": options.referer, "User-Agent": options.user_agent}
    return {name: value for name, value in named.items() if value is not None}


def _arguments(text: str | None) -> dict[str, dict[str, list[str]]]:
    """As `--extractor-args` reads them: `youtube:player_client=web,ios;skip=hls`."""
    if text is None:
        return {}
    extractor, _, pairs = text.partition(":")
    named = (pair.partition("=") for pair in pairs.split(";"))
    return {extractor: {name: values.split(",") for name, _, values in named}}
