"""What the status and the headers of an HTTP answer mean for a download."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.ingest.domain.fetching import Source
from kinolog.ingest.domain.identities import label

_PASSING: Final = (408, 425, 429)
_MISSING: Final = (404, 410)
_FORBIDDEN: Final = (401, 402, 403, 407, 451)
_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
# It is sent back, and kept in the log.
_LONGEST_VALIDATOR: Final = 256
_LENGTH: Final = re.compile(r"\d{1,18}")

Headers = Mapping[str, str]


def refusal(status: int, headers: Headers, *, now: datetime, longest_wait_seconds: float) -> WorkError:
    """Why an answer of this status brings no file, and whether it may do so later."""
    if status in _PASSING or status >= 500:
        wait = _retry_after_seconds(headers.get("retry-after", ""), now)
        message = f"The server cannot answer at present (status {status})."
        bounded = None if wait is None else min(wait, longest_wait_seconds)
        return PassingError("source_unavailable", message, retry_in_seconds=bounded)
    if status in _MISSING:
        message = f"There is nothing at this address (status {status}): check it and submit the right one."
    elif status in _FORBIDDEN:
        message = f"The server keeps this from Kinolog (status {status}): give an address that needs no sign-in."
    else:
        message = f"The server answered with no file (status {status}): check the address."
    return PermanentError("source_unavailable", message)


def refuse_encoded(headers: Headers) -> None:
    """Raises PermanentError: what is packed could unpack to any size, and media files are packed already."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        message = f"The server packs the file ({encoding[:40]}) though it was asked not to: give another address."
        raise PermanentError("source_unsupported", message)


def source_of(url: str, status: int, headers: Headers) -> Source:
    """What an answer of status 200 or 206 says of the file as a whole."""
    return Source(url, _validator(headers), _total_bytes(status, headers), _filename(url, headers))


def first_byte(headers: Headers) -> int | None:
    """Where the range of a partial answer begins; None where it does not say so."""
    found = _RANGE.fullmatch(headers.get("content-range", ""))
    return int(found[1]) if found else None


def _retry_after_seconds(text: str, now: datetime) -> float | None:
    """None where the header says nothing useful; then the usual backoff does."""
    if _LENGTH.fullmatch(text):
        return float(text) or None
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return seconds.total_seconds() if seconds.total_seconds() > 0 else None


def _validator(headers: Headers) -> str | None:
    """A weak ETag does not promise equal bytes, so a range must not rely on it."""
    etag = headers.get("etag", "")
    validator = etag if etag.startswith('"') else headers.get("last-modified", "")
    return validator if validator.isascii() and 0 < len(validator) <= _LONGEST_VALIDATOR else None


def _total_bytes(status: int, headers: Headers) -> int | None:
    if status == 206:
        found = _RANGE.fullmatch(headers.get("content-range", ""))
        return int(found[3]) if found and found[3] != "*" else None
    length = headers.get("content-length", "")
    return int(length) if _LENGTH.fullmatch(length) else None


def _filename(url: str, headers: Headers) -> str:
    message = Message()
    message["Content-Disposition"] = headers.get("content-disposition", "")
    return label(message.get_filename() or unquote(urlsplit(url).path))
