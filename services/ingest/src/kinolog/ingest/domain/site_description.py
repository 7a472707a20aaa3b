"""What a site tells of a video, bounded and made plain: sites let anybody write anything of any length."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

_LONGEST_LINE: Final = 200
_LONGEST_TEXT: Final = 20_000
_MOST_TAGS: Final = 200
_MOST_CHAPTERS: Final = 1_000


class Chapter(BaseModel):
    """Moments in seconds; the end is not always told."""

    model_config = ConfigDict(frozen=True)

    title: str | None
    start: float
    end: float | None


class SiteDescription(BaseModel):
    """`site` is yt-dlp's name of where it was found, `published_at` when the site says it appeared there."""

    model_config = ConfigDict(frozen=True)

    version: int = 1
    site: str | None
    id: str | None
    address: str | None
    title: str | None
    description: str | None
    uploader: str | None
    uploader_address: str | None
    channel: str | None
    license: str | None
    language: str | None
    published_at: datetime | None
    duration_seconds: float | None
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    chapters: tuple[Chapter, ...]


def description_of(info: Mapping[str, Any]) -> SiteDescription:
    """From what yt-dlp found. What is not of the expected kind is left out."""
    return SiteDescription(
        site=line(info.get("extractor_key")),
        id=line(info.get("id")),
        address=_address(info.get("webpage_url")),
        title=line(info.get("title")),
        description=_text(info.get("description")),
        uploader=line(info.get("uploader")),
        uploader_address=_address(info.get("uploader_url")),
        channel=line(info.get("channel")),
        license=line(info.get("license")),
        language=line(info.get("language")),
        published_at=_moment(info.get("timestamp")),
        duration_seconds=seconds(info.get("duration")),
        tags=_lines(info.get("tags")),
        categories=_lines(info.get("categories")),
        chapters=_chapters(info.get("chapters")),
    )


def line(value: Any) -> str | None:
    """One plain line of a bounded length; None for what is no text, or has nothing to read."""
    if not isinstance(value, str):
        return None
    # More than is kept at first, since not every character counts.
    plain = _plain(" ".join(value[: 10 * _LONGEST_LINE].split()))
    return plain[:_LONGEST_LINE].strip() or None


def seconds(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e9 else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    lines = value[:_LONGEST_TEXT].replace("\r\n", "\n").replace("\t", " ").split("\n")
    return "\n".join(_plain(each).rstrip() for each in lines).strip() or None


def _plain(text: str) -> str:
    printable = "".join(character for character in text if unicodedata.category(character)[0] != "C")
    return unicodedata.normalize("NFC", printable)


def _address(value: Any) -> str | None:
    """Only one that a browser may be led to: it is shown to people."""
    found = value if isinstance(value, str) and len(value) <= 2_048 else ""
    return found if found.startswith(("https://", "http://")) and found.isprintable() else None


def _moment(value: Any) -> datetime | None:
    stamp = seconds(value)
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)


def _lines(value: Any) -> tuple[str, ...]:
    found = [line(each) for each in value[:_MOST_TAGS]] if isinstance(value, list) else []
    return tuple(each for each in found if each is not None)


def _chapters(value: Any) -> tuple[Chapter, ...]:
    found = [each for each in value[:_MOST_CHAPTERS] if isinstance(each, dict)] if isinstance(value, list) else []
    return tuple(
        Chapter(title=line(each.get("title")), start=start, end=seconds(each.get("end_time")))
        for each in found
        if (start := seconds(each.get("start_time"))) is not None
    )
