"""Times as older systems wrote them: ISO 8601 with or without a zone, or seconds or milliseconds since 1970."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

# As seconds these would be in the year 5138.
_LEAST_MILLISECONDS: Final = 1e11
_CLOCKS_DIFFER: Final = timedelta(days=1)


def moment_of(value: Any, *, earliest_year: int, now: datetime) -> tuple[datetime, bool]:
    """The moment in UTC, and whether its zone had to be guessed: UTC. Raises ValueError, saying what is wrong."""
    moment = _parsed(value)
    is_guess = moment.tzinfo is None
    in_utc = moment.replace(tzinfo=UTC) if is_guess else moment.astimezone(UTC)
    if not datetime(earliest_year, 1, 1, tzinfo=UTC) <= in_utc <= now + _CLOCKS_DIFFER:
        raise ValueError(f"must be between {earliest_year} and today")
    return in_utc, is_guess


def _parsed(value: Any) -> datetime:
    number = _number_of(value)
    try:
        if number is not None:
            return datetime.fromtimestamp(number / 1000 if number >= _LEAST_MILLISECONDS else number, UTC)
        return datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError):
        raise ValueError("must be a time, as 2024-05-31T12:00:00Z") from None


def _number_of(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip()
    # Eight digits are a day in ISO 8601.
    return float(text) if text.isascii() and text.isdigit() and 9 <= len(text) <= 14 else None
