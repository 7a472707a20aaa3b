"""Finding out what a page shows: its name that stays the same, and a plan of what is to be fetched for it."""

import json
from pathlib import Path
from typing import Any, Final

from yt_dlp import YoutubeDL

from kinolog.common.jobs import DownloadChoices
from kinolog.ingest.domain.site import LONGEST_SOURCE_ID, PLAN_FILE, Described, SiteLimits, SiteQuestion
from kinolog.ingest.domain.site_description import description_of, line, seconds
from kinolog.ingest.site_program.refusals import refuse

_EMBEDDED: Final = "HTML5MediaEmbed"
# What these call a video is made from its address and may stand for another one tomorrow.
_NAMELESS: Final = frozenset({"generic", _EMBEDDED.lower()})
_LIVE: Final = frozenset({"is_live", "is_upcoming", "post_live"})
_DEEPEST: Final = 4
_OF_THE_VIDEO: Final = ("id", "title", "extractor", "extractor_key", "webpage_url", "duration", "is_live")
_SUBTITLE_FORMATS: Final = ("vtt", "srt")


def describe(library: YoutubeDL, question: SiteQuestion) -> Described:
    """Raises Refused, and whatever yt-dlp raises."""
    info = _only_video(library, library.extract_info(question.url, download=False))
    parts = info.get("requested_formats") or [info]
    _refuse_unwanted(info, parts, question.limits)
    plan = {
        "parts": [_part(info, part) for part in parts],
        "subtitles": _subtitles(info, question.choices),
        "title": _title(info),
        "description": description_of({**info, "title": _title(info)}).model_dump(mode="json"),
    }
    text = json.dumps(library.sanitize_info({"plan": plan})["plan"])
    (Path(question.private_folder) / PLAN_FILE).write_text(text, encoding="utf-8")
    return Described(source_id=source_id(info.get("extractor_key"), info.get("id")))


def source_id(site: Any, name: Any) -> str | None:
    """None where it would not stay the same, or is not fit to be kept."""
    if not isinstance(site, str) or not isinstance(name, str) or site.lower() in _NAMELESS:
        return None
    found = f"{site.lower()}:{name}"
    return found if found.isprintable() and len(found) <= LONGEST_SOURCE_ID else None


def _only_video(library: YoutubeDL, info: Any, depth: int = 0) -> dict[str, Any]:
    """What a page shows, also where it shows it by way of others."""
    if not isinstance(info, dict) or depth > _DEEPEST:
        raise refuse("source_unsupported", "No video was found at this address: give that of the video's own page.")
    if info.get("_type") in ("url", "url_transparent"):
        found = library.extract_info(info["url"], download=False, ie_key=info.get("ie_key"))
        return _only_video(library, found, depth + 1)
    if info.get("_type") not in ("playlist", "multi_video"):
        return info
    entries = list(info["entries"])
    if len(entries) > 1:
        message = "The address shows several videos: submit a `download_playlist` job, or give the address of one."
        raise refuse("source_is_playlist", message)
    return _only_video(library, entries[0] if entries else None, depth + 1)


def _title(info: dict[str, Any]) -> str | None:
    """yt-dlp numbers what a page embeds, also where that is one video."""
    title = line(info.get("title"))
    return title.removesuffix(" (1)") if title and info.get("extractor_key") == _EMBEDDED else title


def _refuse_unwanted(info: dict[str, Any], parts: list[dict[str, Any]], limits: SiteLimits) -> None:
    if info.get("is_live") or info.get("live_status") in _LIVE:
        raise refuse("source_live", "This is a live stream, which is not taken: submit it again once it is recorded.")
    if any(part.get("has_drm") is True for part in parts):
        raise refuse("source_protected", "The video is protected against copying (DRM) and cannot be taken.")
    if (seconds(info.get("duration")) or 0.0) > limits.max_duration_seconds:
        message = f"The video is longer than {limits.max_duration_seconds:g} seconds, which is the most that is taken."
        raise refuse("media_limits", message)
    if sum(seconds(part.get("filesize")) or 0.0 for part in parts) > limits.max_bytes:
        message = f"The video has more than {limits.max_bytes} bytes, which is the most that is taken."
        raise refuse("media_limits", message)


def _part(info: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A file to fetch, with what yt-dlp's downloaders look for beside its address."""
    left_out = (
        "formats",
        "requested_formats",
        "subtitles",
        "automatic_captions",
        "entries",
        "thumbnails",
        "description",
    )
    own = {name: value for name, value in part.items() if name not in left_out}
    return {**{name: info.get(name) for name in _OF_THE_VIDEO}, **own}


def _subtitles(info: dict[str, Any], choices: DownloadChoices) -> dict[str, dict[str, Any]]:
    """For each language that is wanted and there, in a format that is understood: people's before machines'."""
    sources = [info.get("subtitles") or {}]
    if choices.site_options.write_auto_subs:
        sources.append(info.get("automatic_captions") or {})
    found = {language: _in_language(sources, language) for language in choices.subtitles}
    headers = info.get("http_headers")
    return {language: {"http_headers": headers, **each} for language, each in found.items() if each is not None}


def _in_language(sources: list[dict[str, Any]], language: str) -> dict[str, Any] | None:
    for source in sources:
        named = [name for name in source if name == language or name.startswith(f"{language}-")]
        for name in sorted(named, key=len):
            for wanted in _SUBTITLE_FORMATS:
                if (fit := [each for each in source[name] if each.get("ext") == wanted]) != []:
                    return dict(fit[-1])
    return None
