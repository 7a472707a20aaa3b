"""Naming what a playlist, channel or feed has, without looking at any of it."""

from typing import Any, Final

from yt_dlp import YoutubeDL

from kinolog.common.web_url import checked_url
from kinolog.ingest.domain.site import Listed, SiteEntry, SiteQuestion
from kinolog.ingest.domain.site_description import line
from kinolog.ingest.site_program.describing import source_id

_LISTS: Final = ("playlist", "multi_video")


def list_entries(library: YoutubeDL, question: SiteQuestion) -> Listed:
    """An address that shows one video is a list of one. Entries without an address of the web are left out."""
    info = library.extract_info(question.url, download=False)
    is_list = isinstance(info, dict) and info.get("_type") in _LISTS
    found = list(info["entries"]) if is_list else [info]
    entries = [_entry(each, question.url) for each in found[: question.limit] if isinstance(each, dict)]
    title = line(info.get("title")) if is_list else None
    return Listed(title=title, entries=tuple(each for each in entries if each is not None))


def _entry(info: dict[str, Any], list_url: str) -> SiteEntry | None:
    try:
        url = checked_url(str(_address(info, list_url)))
    except ValueError:
        return None
    site = info.get("extractor_key") or info.get("ie_key")
    return SiteEntry(url=url, source_id=source_id(site, info.get("id")))


def _address(info: dict[str, Any], list_url: str) -> Any:
    """Of an entry that has no page of its own, the file's."""
    page = info.get("webpage_url")
    is_found_here = info.get("_type", "video") == "video"
    return page if is_found_here and page not in (None, list_url) else info.get("url") or page
