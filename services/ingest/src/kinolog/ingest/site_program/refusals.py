"""What yt-dlp's errors mean: whether the same may succeed later, and what a person can do."""

import errno
import re
from collections.abc import Iterable, Iterator
from typing import Final

from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import (
    ContentTooShortError,
    ExtractorError,
    GeoRestrictedError,
    UnavailableVideoError,
    UnsupportedError,
    UserNotLive,
)

from kinolog.common.clock import system_clock
from kinolog.common.errors import PassingError
from kinolog.ingest.adapters.http_answer import refusal as http_refusal
from kinolog.ingest.domain.site import SiteLimits, SiteRefusal

_DEEPEST: Final = 10
_LONGEST_DETAIL: Final = 2_000
_STATUS: Final = re.compile(r"HTTP Error (\d{3})")
_GIVEN_UP: Final = re.compile(r"Giving up after|Got error|timed out")
_SECRET: Final = re.compile(r"//[^/@\s]+@")


class Refused(Exception):
    """An end of the work that was decided here."""

    def __init__(self, refusal: SiteRefusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refuse(kind: str, message: str) -> Refused:
    return Refused(SiteRefusal(kind=kind, message=message))


def refusal_of(error: BaseException, limits: SiteLimits, errors: Iterable[str] = ()) -> SiteRefusal:
    """`errors` are those that were told before."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, Refused):
            return each.refusal
    detail = _SECRET.sub("//", repr(chain[0]))[:_LONGEST_DETAIL]
    said = [*map(str, chain), *errors]
    found = _by_kind(chain) or _by_words(said) or _by_answer(chain, "\n".join(said), limits) or _otherwise(chain)
    return found.model_copy(update={"detail": detail})


def _chain(error: BaseException | None, depth: int = 0) -> Iterator[BaseException]:
    """An error and what caused it; yt-dlp keeps that in several places."""
    if error is None or depth > _DEEPEST:
        return
    yield error
    told = getattr(error, "exc_info", None) or (None, None)
    caused = getattr(error, "cause", None)
    inner = caused if isinstance(caused, BaseException) else None
    for deeper in (told[1], inner, error.__cause__, error.__context__):
        if deeper is not error:
            yield from _chain(deeper, depth + 1)


def _has(chain: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(each, kinds) for each in chain)


def _by_kind(chain: list[BaseException]) -> SiteRefusal | None:
    if _has(chain, MemoryError):
        return _final("media_limits", "The page takes more memory to read than is allowed.")
    if any(isinstance(each, OSError) and each.errno == errno.EFBIG for each in chain):
        return _final("media_limits", "The video is larger than is taken.")
    if any(isinstance(each, OSError) and each.errno == errno.ENOSPC for each in chain):
        return _passing("storage_full", "There is no room left for the video.")
    if _has(chain, GeoRestrictedError):
        return _GEO_BLOCKED
    if _has(chain, UserNotLive):
        return _LIVE
    return _NO_VIDEO if _has(chain, UnsupportedError) else None


def _by_words(said: list[str]) -> SiteRefusal | None:
    """Most of a site's own refusals are only told in words, though of few kinds."""
    return next((refusal for each in said for pattern, refusal in _WORDS if pattern.search(each)), None)


def _by_answer(chain: list[BaseException], said: str, limits: SiteLimits) -> SiteRefusal | None:
    for each in chain:
        if isinstance(each, HTTPError):
            return _of_error(each, limits)
    # After its last try yt-dlp only tells what it was.
    if (told := _STATUS.search(said)) is not None:
        return _of_status(int(told[1]), {}, limits)
    is_broken = _has(chain, TransportError, ContentTooShortError, UnavailableVideoError, ConnectionError, TimeoutError)
    if is_broken or _GIVEN_UP.search(said):
        return _passing("source_unreachable", "The site cannot be reached, or broke off before the end.")
    return None


def _of_error(error: HTTPError, limits: SiteLimits) -> SiteRefusal:
    if error.redirect_loop:
        return _final("source_unavailable", "The site redirects in a circle: check the address.")
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    return _of_status(error.status, headers, limits)


def _of_status(status: int, headers: dict[str, str], limits: SiteLimits) -> SiteRefusal:
    if status in (401, 403):
        return _SIGN_IN.model_copy(update={"message": f"The site answered {status}: {_SIGN_IN.message}"})
    wait = limits.longest_retry_after_seconds
    found = http_refusal(status, headers, now=system_clock(), longest_wait_seconds=wait)
    if isinstance(found, PassingError):
        return _passing(found.kind, found.message, found.retry_in_seconds)
    return _final(found.kind, found.message)


def _otherwise(chain: list[BaseException]) -> SiteRefusal:
    told = next((each for each in chain if isinstance(each, ExtractorError) and each.expected), None)
    if told is not None:
        return _final("source_unavailable", f"The site gives no video: {str(told.orig_msg)[:200]}")
    message = "This site could not be read as it is now: a newer release of yt-dlp may be able to."
    return _final("source_unsupported", message)


def _final(kind: str, message: str) -> SiteRefusal:
    return SiteRefusal(kind=kind, message=message)


def _passing(kind: str, message: str, retry_in_seconds: float | None = None) -> SiteRefusal:
    return SiteRefusal(kind=kind, message=message, is_passing=True, retry_in_seconds=retry_in_seconds)


_NO_VIDEO: Final = _final(
    "source_unsupported", "No video was found at this address: give that of the video's own page, or of the file."
)
_GEO_BLOCKED: Final = _final(
    "source_geo_blocked",
    "The site does not show this video in the country where Kinolog runs: upload the file instead.",
)
_LIVE: Final = _final("source_live", "This is a live stream, which is not taken: submit it again once it is recorded.")
_SIGN_IN: Final = _final(
    "source_needs_sign_in",
    "this is shown only to some who are signed in: store their cookies as a secret, and name it in `cookies`.",
)
_PROTECTED: Final = _final("source_protected", "The video is protected against copying (DRM) and cannot be taken.")
_GONE: Final = _final("source_unavailable", "The video is not there any more: check the address.")
_NO_FORMAT: Final = _final(
    "source_unsupported", "The site has the video in no format as it was asked for: allow a greater `max_height`."
)

_WORDS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), refusal)
    for pattern, refusal in (
        (r"\bDRM\b", _PROTECTED),
        (
            r"--cookies|log[ -]?in|sign(ed)?[ -]?in|private video|members?[ -]only|registered users|confirm your age",
            _SIGN_IN,
        ),
        (r"geo[ -]?(restrict|block)|not available (in|from) your (country|location|region)", _GEO_BLOCKED),
        (r"live (event|stream)|premieres? in|livestream|is offline", _LIVE),
        (r"requested format is not available", _NO_FORMAT),
        (r"no video formats found|no suitable formats", _NO_VIDEO),
        (r"(has been|was) (removed|deleted)|no longer available|does(n't| not) exist|video unavailable", _GONE),
    )
)
