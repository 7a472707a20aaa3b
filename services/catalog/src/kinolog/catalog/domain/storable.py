"""What a row can hold: the part of a state that SQLite and PostgreSQL both give back exactly as it was."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from operator import is_
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from kinolog.catalog.domain.changed import changed_fields
from kinolog.catalog.domain.errors import Unstorable
from kinolog.common.aggregates.base import State
from kinolog.common.fields import INT64_MAX

Rule = Callable[[Any, int], Any]
M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound=State)

# PostgreSQL refuses NUL in text, and neither engine can encode half a surrogate pair.
_UNENCODABLE: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"
# Far beyond any honest document, and well within what parsers and serialisers stand.
_DEEPEST_NESTING: Final = 100


def storable(state: S, before: S | None = None) -> S:
    """The same state with characters that SQL cannot hold replaced by U+FFFD. Twice gives the same as once.

    What it shares with the state before, which is storable, is not looked at again. Raises Unstorable for whole
    numbers beyond 64 bits, numbers that are not finite, times without a zone and documents that are nested too deeply.
    """
    return _with_storable(state, changed_fields(state, before), 0)


def storable_value(value: Any) -> Any:
    """As `storable`, for the value of one column."""
    rule = _OF_COLUMNS[type(value)]
    return value if rule is None else rule(value, 0)


def _with_storable(model: M, fields: Mapping[str, Any], depth: int) -> M:
    rules = _OF_MEMBERS if depth else _OF_COLUMNS
    updates: dict[str, Any] = {}
    for name, value in fields.items():
        rule = rules[type(value)]
        if rule is None:
            continue
        try:
            kept = rule(value, depth)
        except Unstorable as error:
            raise Unstorable(f"{name} {error}") from error
        if kept is not value:
            updates[name] = kept
    return model.model_copy(update=updates) if updates else model


def _kept(value: Any, depth: int) -> Any:
    if depth > _DEEPEST_NESTING:
        raise Unstorable(f"is nested deeper than {_DEEPEST_NESTING} levels")
    rule = _OF_MEMBERS[type(value)]
    return value if rule is None else rule(value, depth)


def _document(value: dict[str, Any], depth: int) -> dict[str, Any]:
    kept = {_text(key, depth): _kept(member, depth + 1) for key, member in value.items()}
    return value if _are_same(kept, value) and _are_same(kept.values(), value.values()) else kept


def _members(value: list[Any] | tuple[Any, ...], depth: int) -> list[Any] | tuple[Any, ...]:
    members = [_kept(member, depth + 1) for member in value]
    return value if _are_same(members, value) else type(value)(members)


def _model(value: BaseModel, depth: int) -> BaseModel:
    return _with_storable(value, value.__dict__, depth + 1)


def _are_same(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """What need not be changed stays the very object it was, and is known by that the next time."""
    return all(map(is_, some, others))


def _whole(value: int, depth: int) -> int:
    if abs(value) > INT64_MAX:
        raise Unstorable("is beyond 64 bits")
    return value


def _text(value: str, depth: int) -> str:
    if value.isascii() and "\x00" not in value:
        return value  # Nearly always, and quickly seen.
    return _UNENCODABLE.sub(_REPLACEMENT, value) if _UNENCODABLE.search(value) else value


def _number(value: float, depth: int) -> float:
    if not math.isfinite(value):
        raise Unstorable("is not a finite number")
    return value if value or math.copysign(1.0, value) > 0 else 0.0  # SQLite knows no negative zero.


def _time(value: datetime, depth: int) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise Unstorable("is a time without a zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise Unstorable("is beyond the calendar") from error


class _Rules(dict[type, Rule | None]):
    """By the exact type, which is found faster than by asking one after the other. None: there is nothing to do."""

    def __missing__(self, kind: type) -> Rule | None:
        rule = self[kind] = next((rule for base, rule in _INHERITED if issubclass(kind, base)), None)
        return rule


# An enumeration is one of ours, and not what somebody wrote, though its members may be strings.
_INHERITED: Final[tuple[tuple[type, Rule | None], ...]] = (
    (Enum, None),
    (str, _text),
    (dict, _document),
    (list, _members),
    (tuple, _members),
    (BaseModel, _model),
)
_EXACT: Final[Mapping[type, Rule | None]] = {
    type(None): None,
    bool: None,
    int: None,
    float: _number,
    datetime: _time,
}
_OF_MEMBERS: Final = _Rules(_EXACT)
_OF_COLUMNS: Final = _Rules({**_EXACT, int: _whole})
