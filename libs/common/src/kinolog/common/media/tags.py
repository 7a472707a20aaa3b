"""What a file says of itself, as plain short text: strangers wrote it.

Where a film was recorded is left out on purpose: people who share a film seldom mean to share their address.
"""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

_MAX_CHARACTERS: Final = 200
# Far more than is kept, so that what is cut away first does no work.
_MAX_READ: Final = 10 * _MAX_CHARACTERS
_TOLD: Final = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "genre": "genre",
    "encoder": "encoder",
    "make": "make",
    "model": "model",
    "com.apple.quicktime.make": "make",
    "com.apple.quicktime.model": "model",
}
# The second is rewritten whenever a film is exported anew, the first is not.
_RECORDED: Final = ("com.apple.quicktime.creationdate", "creation_time")
# Clocks that were never set stand at 1904 or 1970.
_FIRST_YEAR: Final = 1980
_LAST_YEAR: Final = 2099


def plain(text: str) -> str:
    """In one line, without control and formatting characters, at most 200 characters long."""
    words = "".join(_seen(character) for character in text[:_MAX_READ]).split()
    return " ".join(words)[:_MAX_CHARACTERS].rstrip()


def told_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Those that tell what a film is and what it was made with."""
    known = {_TOLD[name.lower()]: plain(value) for name, value in tags.items() if name.lower() in _TOLD}
    return {name: value for name, value in known.items() if value}


def recorded_at(tags: Mapping[str, str]) -> str | None:
    """When the film was recorded, in ISO 8601 and UTC; None where the file does not say, or nothing sensible."""
    moments = (_moment(tags[name]) for name in _RECORDED if name in tags)
    return next((moment.isoformat() for moment in moments if moment is not None), None)


def _seen(character: str) -> str:
    return " " if unicodedata.category(character).startswith(("C", "Z")) else character


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        in_utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return in_utc if _FIRST_YEAR <= in_utc.year <= _LAST_YEAR else None
