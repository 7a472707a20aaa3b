"""A cursor: the place in a list after which the next page begins. Opaque to callers, checked when it comes back."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from kinolog.catalog.domain.errors import Unstorable
from kinolog.catalog.domain.value import value_of
from kinolog.common.aggregates.base import State
from kinolog.common.errors import Refused


@dataclass(frozen=True, slots=True)
class Place:
    """The sort field's value and the id of the last row of a page."""

    value: Any
    id: str


def write_cursor(sort: str, place: Place) -> str:
    content = json.dumps([sort, to_jsonable_python(place.value), place.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str, model: type[State]) -> Place:
    """The place that a cursor stands for. Raises Refused with the code `bad-cursor`."""
    try:
        written_for, value, row_id = json.loads(base64.b64decode(_padded(cursor), altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise _bad_cursor("it is damaged: start again without one") from error
    if written_for != sort:
        raise _bad_cursor("it belongs to another sort: ask with the same sort as for the page before")
    return Place(_checked(model, sort.removeprefix("-"), value), _checked(model, "id", row_id))


def _padded(cursor: str) -> bytes:
    return cursor.encode("ascii") + b"=" * (-len(cursor) % 4)


def _checked(model: type[State], name: str, value: Any) -> Any:
    try:
        return value_of(model, name, value)
    except (ValidationError, Unstorable) as error:
        raise _bad_cursor("it is damaged: start again without one") from error


def _bad_cursor(why: str) -> Refused:
    return Refused("bad-cursor", f"the cursor cannot be used: {why}", field="cursor")
