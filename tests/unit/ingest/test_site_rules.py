"""What is made of what sites say: names, descriptions, errors."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError, UserNotLive

from kinolog.common.jobs import DownloadInput, DownloadStrategy
from kinolog.ingest.adapters.automatic import kind_of
from kinolog.ingest.domain.site import Brought, SiteLimits
from kinolog.ingest.domain.site_description import description_of
from kinolog.ingest.site_program.describing import source_id
from kinolog.ingest.site_program.refusals import refusal_of

URL = "https://example.com/watch"
LIMITS = SiteLimits(
    max_bytes=1_000,
    max_duration_seconds=60,
    idle_timeout_seconds=1,
    longest_retry_after_seconds=60,
    connections=1,
    extractors=("default",),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
TOLD = ("id", "title", "description", "uploader_url", "timestamp", "duration", "tags", "chapters", "webpage_url")


@given(st.fixed_dictionaries({name: ANYTHING for name in TOLD}))
def test_whatever_a_site_tells_becomes_a_plain_description(info: dict[str, Any]) -> None:
    assert len(description_of(info).model_dump_json()) < 100_000


def test_a_description_is_bounded_in_every_way() -> None:
    info = {
        "title": "x" * 10**6,
        "description": "line\n" * 10**6,
        "tags": ["y" * 1_000] * 10_000,
        "chapters": [{"title": "z" * 1_000, "start_time": 1, "end_time": 2}] * 100_000,
    }
    assert len(description_of(info).model_dump_json()) < 400_000


def test_control_characters_and_dangerous_addresses_are_left_out() -> None:
    told = description_of({"title": "A\x00 \u202efilm\n2", "webpage_url": "javascript:alert(1)", "uploader_url": 7})
    assert ("A film 2", None, None) == (told.title, told.address, told.uploader_address)


@pytest.mark.parametrize(
    ("site", "name", "expected"),
    [
        ("Youtube", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("Generic", "watch", None),
        ("HTML5MediaEmbed", "watch-1", None),
        ("Vimeo", "a\nb", None),
        ("Vimeo", "x" * 1_000, None),
        ("Vimeo", None, None),
        (None, "1", None),
    ],
)
def test_only_names_that_stay_the_same_name_a_source(site: Any, name: Any, expected: str | None) -> None:
    assert expected == source_id(site, name)


@pytest.mark.parametrize(
    ("error", "kind", "is_passing"),
    [
        (UnsupportedError(URL), "source_unsupported", False),
        (GeoRestrictedError("not in your country"), "source_geo_blocked", False),
        (UserNotLive(), "source_live", False),
        (ExtractorError("This video is DRM protected", expected=True), "source_protected", False),
        (
            ExtractorError("Private video. Sign in if you've been granted access", expected=True),
            "source_needs_sign_in",
            False,
        ),
        (ExtractorError("This live event will begin in 3 hours.", expected=True), "source_live", False),
        (ExtractorError("This video has been removed by the uploader", expected=True), "source_unavailable", False),
        (ExtractorError("Requested format is not available", expected=True), "source_unsupported", False),
        (ExtractorError("Unable to extract title"), "source_unsupported", False),
        (ConnectionResetError("reset"), "source_unreachable", True),
        (MemoryError(), "media_limits", False),
        (OSError(28, "No space left on device"), "storage_full", True),
    ],
)
def test_an_error_says_whether_it_passes(error: Exception, kind: str, is_passing: bool) -> None:
    refusal = refusal_of(DownloadError(f"ERROR: {error}", (type(error), error, None)), LIMITS)
    assert (kind, is_passing) == (refusal.kind, refusal.is_passing)


def test_no_secret_of_the_way_out_is_told() -> None:
    refusal = refusal_of(OSError("cannot connect to http://kinolog:token@127.0.0.1:1/"), LIMITS)
    assert "token" not in (refusal.detail or "")


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("film.mp4", {"content-type": "video/mp4"}, DownloadStrategy.DIRECT),
        ("film", {"content-type": "audio/mpeg; x=y"}, DownloadStrategy.DIRECT),
        ("get.php", {"content-type": "text/plain", "content-disposition": "attachment"}, DownloadStrategy.DIRECT),
        ("film", {"content-type": "application/octet-stream"}, DownloadStrategy.DIRECT),
        ("film", {}, DownloadStrategy.DIRECT),
        ("watch", {"content-type": "text/html; charset=utf-8"}, DownloadStrategy.SITE),
        ("feed", {"content-type": "application/rss+xml"}, DownloadStrategy.SITE),
        ("stream", {"content-type": "application/vnd.apple.mpegURL"}, DownloadStrategy.SITE),
        ("stream.M3U8", {"content-type": "application/octet-stream"}, DownloadStrategy.SITE),
        ("stream.mpd", {"content-type": "video/mp4"}, DownloadStrategy.SITE),
    ],
)
def test_an_address_is_a_file_or_a_page_by_what_it_answers(
    path: str, headers: dict[str, str], expected: DownloadStrategy
) -> None:
    assert expected is kind_of(f"https://example.com/{path}?a=.mp4", headers)


@pytest.mark.parametrize("name", ["exec", "netrc_cmd", "proxy", "cookiesfrombrowser", "downloader", "paths", "outtmpl"])
def test_an_option_that_is_not_allowed_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(ValidationError, match="allowed are format, format_sort") as refused:
        DownloadInput.model_validate({"url": URL, "site_options": {name: "x"}})
    assert ("site_options",) == refused.value.errors()[0]["loc"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sleep_interval", 10**6),
        ("xff", "de; rm"),
        ("user_agent", "a\r\nCookie: x"),
        ("referer", "file:///etc/passwd"),
        ("extractor_args", "youtube"),
        ("extractor_args", "a:b=" + "c" * 10_000),
        ("format", "x" * 1_000),
    ],
)
def test_a_value_that_an_option_cannot_have_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        DownloadInput.model_validate({"url": URL, "site_options": {name: value}})
    assert ("site_options", name) == refused.value.errors()[0]["loc"]


@pytest.mark.parametrize("name", ["../film.mp4", "/etc/passwd", "a/b.mp4", "film", ".mp4", "film.mp4\n"])
def test_the_program_cannot_point_to_files_elsewhere(name: str) -> None:
    with pytest.raises(ValidationError):
        Brought(files=(name,), extension="mp4", description="description.json")
