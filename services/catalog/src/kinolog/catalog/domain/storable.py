"""What a row can hold: the part of a state that SQLite and PostgreSQL both give back exactly as it was."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from operator import is_
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


def storable(state: M, before: M | None = None) -> M:
    """The same state with characters that SQL cannot hold replaced by U+FFFD. Twice gives the same as once.

    What it shares with the state before, which is storable, is not looked at again. Raises Unstorable for whole
    numbers beyond 64 bits, numbers that are not finite, times without a zone and documents that are nested too deeply.
    """
    known = {} if before is None else before.__dict__
    return _model(state, {name: value for name, value in state.__dict__.items() if value is not known.get(name)}, 0)


def storable_value(value: Any) -> Any:
    """As `storable`, for the value of one column."""
    scalar = _COLUMN_SCALARS.get(type(value))
    return _composed(value, 0) if scalar is None else scalar(value)


def _model(state: M, fields: Mapping[str, Any], depth: int) -> M:
    updates: dict[str, Any] = {}
    name = ""
    try:
        for name, value in fields.items():
            kept = _kept(value, depth) if depth else storable_value(value)
            if kept is not value:
                updates[name] = kept
    except Unstorable as error:
        raise Unstorable(f"{name} {error}") from error
    return state.model_copy(update=updates) if updates else state


def _kept(value: Any, depth: int) -> Any:
    if depth > _DEEPEST_NESTING:
        raise Unstorable(f"is nested deeper than {_DEEPEST_NESTING} levels")
    scalar = _SCALARS.get(type(value))
    return _composed(value, depth) if scalar is None else scalar(value)


def _composed(value: Any, depth: int) -> Any:
    match value:
        case Enum():
            return value  # One of ours, and not what somebody wrote.
        case str():
            return _text(value)
        case dict():
            kept = {_text(key): _kept(member, depth + 1) for key, member in value.items()}
            return value if _are_same(kept, value) and _are_same(kept.values(), value.values()) else kept
        case list() | tuple():
            members = [_kept(member, depth + 1) for member in value]
            return value if _are_same(members, value) else type(value)(members)
        case BaseModel():
            return _model(value, value.__dict__, depth + 1)
    return value


def _are_same(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """What need not be changed stays the very object it was, and is known by that the next time."""
    return all(map(is_, some, others))


def _same(value: Any) -> Any:
    return value


def _whole(value: int) -> int:
    if abs(value) > INT64_MAX:
        raise Unstorable("is beyond 64 bits")
    return value


def _text(value: str) -> str:
    if value.isascii() and "\x00" not in value:
        return value  # Nearly always, and quickly seen.
    return _UNENCODABLE.sub(_REPLACEMENT, value) if _UNENCODABLE.search(value) else value


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise Unstorable("is not a finite number")
    return value + 0.0  # SQLite knows no negative zero.


def _time(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise Unstorable("is a time without a zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise Unstorable("is beyond the calendar") from error


# By the exact type, which is found faster than by asking one after the other.
_SCALARS: Final[dict[type, Callable[[Any], Any]]] = {
    type(None): _same,
    bool: _same,
    int: _same,
    str: _text,
    float: _number,
    datetime: _time,
}
_COLUMN_SCALARS: Final = {**_SCALARS, int: _whole}
