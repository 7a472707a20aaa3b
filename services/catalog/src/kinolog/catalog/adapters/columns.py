"""From a field of a state model to the column that keeps it, the same on SQLite and PostgreSQL."""

import types
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_json
from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Dialect, Double, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

Turn = Callable[[Any], Any]


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC, on SQLite too, which keeps no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Compared by code point on both engines, whatever the locale of the server.
TEXT: Final[TypeEngine[str]] = Text().with_variant(Text(collation="C"), "postgresql")
# One of the words of an enumeration.
WORD: Final[TypeEngine[str]] = Text().with_variant(Text(collation="C"), "postgresql")
# JSON and not JSONB, which would turn 1e23 into a whole number that is not equal to it.
DOCUMENT: Final[TypeEngine[Any]] = JSON(none_as_null=True)

_SQLITE_TIME_CHARACTERS: Final = len("2026-11-21 12:00:00.000000")

# In this order: a bool is an int too, and a word of an enumeration a str.
_SCALARS: Final[Mapping[type, TypeEngine[Any]]] = types.MappingProxyType(
    {bool: Boolean(), int: BigInteger(), float: Double(), StrEnum: WORD, str: TEXT, datetime: UtcTime()}
)


def to_driver(column: Column[Any], dialect: Dialect) -> Turn | None:
    """What turns a value into the one that the driver takes; None where that is the value itself."""
    if column.type is DOCUMENT:
        return _json
    return _sqlite_turn(column.type) if dialect.name == "sqlite" else None


def _sqlite_turn(sql_type: TypeEngine[Any]) -> Turn | None:
    """Its driver takes flags and words of enumerations too, but looks each of them up in a register of adapters."""
    if isinstance(sql_type, UtcTime):
        return _sqlite_time
    if isinstance(sql_type, Boolean):
        return _flag
    return _word if sql_type is WORD else None


def _json(value: Any) -> str | None:
    return None if value is None else to_json(value).decode()


def _sqlite_time(value: datetime | None) -> str | None:
    """As SQLAlchemy writes it: in UTC, but without saying so."""
    if value is None:
        return None
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.isoformat(" ", "microseconds")[:_SQLITE_TIME_CHARACTERS]


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _word(value: str | None) -> str | None:
    return None if value is None else str.__str__(value)


def columns_of(model: type[BaseModel]) -> Iterator[Column[Any]]:
    """One column for each field. The field `id` is the key; what is no scalar is kept as a document."""
    for name, field in model.model_fields.items():
        yield Column(name, _type_of(field), primary_key=name == "id", nullable=type(None) in get_args(field.annotation))


def _type_of(field: FieldInfo) -> TypeEngine[Any]:
    annotation = _without_none(field.annotation)
    for scalar, sql_type in _SCALARS.items():
        if isinstance(annotation, type) and issubclass(annotation, scalar):
            return sql_type
    return DOCUMENT


def _without_none(annotation: Any) -> Any:
    """The type itself of an optional one."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    members = [member for member in get_args(annotation) if member is not type(None)]
    return members[0] if len(members) == 1 else annotation
