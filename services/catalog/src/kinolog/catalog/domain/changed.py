"""Which fields of a state an event has changed: all others are the very objects that they were."""

from itertools import compress
from operator import is_not
from typing import Any

from kinolog.common.aggregates.base import State, blank_of


def changed_fields(state: State, before: State | None) -> dict[str, Any]:
    """Those that are other objects than before; for a state that is new, other ones than it would begin with."""
    fields = state.__dict__
    known = blank_of(type(state)) if before is None else before.__dict__
    changed = compress(fields, map(is_not, fields.values(), known.values()))  # All states keep one order of fields.
    return {name: fields[name] for name in changed}
