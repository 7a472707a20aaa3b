"""What a request asks for, as far as its repetition must be told apart from another one: who, which key, what.

The causation of an event that a key led to is `cmd_<who, verb and key>-<what>`. An event of a request without a body,
or from before bodies were told apart, has only the first part.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from pydantic import BaseModel

from kinolog.common.events import RecordedEvent
from kinolog.common.ids import derived_id, new_id
from kinolog.common.log import Origin
from kinolog.gateway.auth import Caller
from kinolog.gateway.problems import mismatched_key

_FINGERPRINT_DIGITS: Final = 16
# A key of a caller's cannot hold it, so no part of one key is another key.
_PART: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Command:
    """Who asks, under which key, and what they expect to change (the sequence of `If-Match`)."""

    caller: Caller
    key: str | None = None
    expected_sequence: int | None = None
    fingerprint: str = ""

    def about(self, asked: BaseModel | None) -> Self:
        """The command with what it asks for: what is left out is the same as its default."""
        if asked is None:
            return self
        return replace(self, fingerprint=_fingerprint(asked.model_dump(exclude_defaults=True)))

    def part(self, number: int) -> Self:
        """The command for one of several things that are asked for at once."""
        return self if self.key is None else replace(self, key=f"{self.key}{_PART}{number}")

    def new_id(self, prefix: str) -> str:
        return new_id(prefix) if self.key is None else derived_id(prefix, self.caller.actor, self.key)

    def origin(self, verb: str) -> Origin:
        command_id = self._id_for(verb)
        if command_id is not None and self.fingerprint:
            command_id = f"{command_id}-{self.fingerprint}"
        return self.caller.origin(command_id)

    def is_cause_of(self, event: RecordedEvent, verb: str) -> bool:
        """Whether the same request led to this event. Raises the problem `idempotency-mismatch` if another one did."""
        command_id, _, fingerprint = (event.metadata.causation_id or "").partition("-")
        if self.key is None or command_id != self._id_for(verb):
            return False
        if fingerprint != self.fingerprint:
            raise mismatched_key()
        return True

    def _id_for(self, verb: str) -> str | None:
        return None if self.key is None else derived_id("cmd", self.caller.actor, verb, self.key)


def _fingerprint(asked: Mapping[str, Any]) -> str:
    if not asked:
        return ""
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:_FINGERPRINT_DIGITS]
