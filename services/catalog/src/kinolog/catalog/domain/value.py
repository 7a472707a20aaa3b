"""From a JSON value that a caller sent to the value of a field, so that the database can compare the two."""

import json
from typing import Any

from pydantic import TypeAdapter

from kinolog.catalog.domain.storable import storable_value
from kinolog.common.aggregates.base import State


def value_of(model: type[State], name: str, value: Any) -> Any:
    """Nothing is guessed: "1" is no number. Raises ValidationError or Unstorable."""
    field_type: Any = model.model_fields[name].annotation
    return _valid(field_type, value)


def text_of(value: Any) -> str:
    """As `value_of`, for a column of text that is no field."""
    return str(_valid(str, value))


def _valid(field_type: Any, value: Any) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(field_type)
    return storable_value(adapter.validate_json(json.dumps(value), strict=True))
