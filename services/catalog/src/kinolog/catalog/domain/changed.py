"""Which fields of a state an event has changed: all others are the very objects that they were."""

from typing import Any

from kinolog.common.aggregates.base import State, blank_of


def changed_fields(state: State, before: State | None) -> dict[str, Any]:
    """Those that are other objects than before; for a state that is new, other ones than it would begin with."""
    known = blank_of(type(state)) if before is None else before.__dict__
    return {name: value for name, value in state.__dict__.items() if value is not known[name]}
