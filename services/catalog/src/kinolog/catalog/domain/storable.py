"""What a row can hold: the part of a state that SQLite and PostgreSQL both give back exactly as it was."""

import math
import re
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from kinolog.catalog.domain.errors import Unstorable
from kinolog.common.fields import INT64_MAX

M = TypeVar("M", bound=BaseModel)

# PostgreSQL refuses NUL in text, and neither engine can encode half a surrogate pair.
_UNENCODABLE: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"
# Far beyond any honest document, and well within what parsers and serialisers stand.
_DEEPEST_NESTING: Final = 100


def storable(state: M) -> M:
    """The same state with characters that SQL cannot hold replaced by U+FFFD. Twice gives the same as once.

    Raises Unstorable for whole numbers beyond 64 bits, numbers that are not finite, times without a zone and
    documents that are nested too deeply.
    """
    return _model(state, 0)


def storable_value(value: Any) -> Any:
    """As `storable`, for the value of one column."""
    if isinstance(value, int) and abs(value) > INT64_MAX:
        raise Unstorable("is beyond 64 bits")
    return _kept(value, 0)


def _model(state: M, depth: int) -> M:
    updates: dict[str, Any] = {}
    for name in type(state).model_fields:
        value = getattr(state, name)
        try:
            kept = _kept(value, depth) if depth else storable_value(value)
        except Unstorable as error:
            raise Unstorable(f"{name} {error}") from error
        if kept is not value:
            updates[name] = kept
    return state.model_copy(update=updates) if updates else state


def _kept(value: Any, depth: int) -> Any:
    if depth > _DEEPEST_NESTING:
        raise Unstorable(f"is nested deeper than {_DEEPEST_NESTING} levels")
    match value:
        case str():
            return _text(value)
        case float():
            return _number(value)
        case datetime():
            return _time(value)
        case dict():
            return {_text(key): _kept(member, depth + 1) for key, member in value.items()}
        case list() | tuple():
            return type(value)(_kept(member, depth + 1) for member in value)
        case BaseModel():
            return _model(value, depth + 1)
    return value


def _text(value: str) -> str:
    return _UNENCODABLE.sub(_REPLACEMENT, value) if _UNENCODABLE.search(value) else value


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise Unstorable("is not a finite number")
    return value + 0.0  # SQLite knows no negative zero.


def _time(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise Unstorable("is a time without a zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise Unstorable("is beyond the calendar") from error
