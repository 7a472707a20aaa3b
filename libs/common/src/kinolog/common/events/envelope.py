"""The envelope: CloudEvents 1.0 attributes in NATS headers, the event's JSON in the body.

Source of the attribute names: CloudEvents 1.0 and its NATS protocol binding (binary mode, `ce-` prefix).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kinolog.common.errors import BadEvent, Refused
from kinolog.common.events.base import Event, decode_json, refuse_newer
from kinolog.common.subjects import EventSubject

SPEC_VERSION: Final = "1.0"
# A quarter of what NATS takes by default, so that neither headers nor a batch come near it.
MOST_BODY_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Who said it, when, and what led to it."""

    event_id: str
    occurred_at: datetime
    source: str
    actor: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """An event as it stands in the log: at a sequence, as the n-th event of its aggregate."""

    sequence: int
    subject: EventSubject
    event: Event
    metadata: Metadata

    @property
    def occurred_at(self) -> datetime:
        return self.metadata.occurred_at


def to_headers(event: Event, metadata: Metadata) -> dict[str, str]:
    headers = {
        "ce-specversion": SPEC_VERSION,
        "ce-id": metadata.event_id,
        "ce-type": event.event_type,
        "ce-dataversion": str(event.data_version),
        "ce-time": metadata.occurred_at.isoformat(),
        "ce-source": metadata.source,
        "ce-actor": metadata.actor,
        "ce-correlationid": metadata.correlation_id,
        "content-type": "application/json",
    }
    if metadata.causation_id:
        headers["ce-causationid"] = metadata.causation_id
    if metadata.traceparent:
        headers["traceparent"] = metadata.traceparent
    return headers


def to_body(event: Event) -> bytes:
    """Raises Refused for an event that is too large for the log: what is big belongs into a blob."""
    body = event.model_dump_json().encode()
    if len(body) > MOST_BODY_BYTES:
        message = f"{event.event_type} would have {len(body)} bytes; an event may have {MOST_BODY_BYTES}"
        raise Refused("event-too-large", message)
    return body


def from_stored(sequence: int, subject: str, headers: Mapping[str, str], body: bytes) -> RecordedEvent:
    """Rebuild what was recorded. Raises an EventUnreadable for anything that is not an event of ours."""
    event_type = headers.get("ce-type", "(no type)")
    version = _data_version(event_type, headers)
    refuse_newer(event_type, version)
    try:
        parsed = EventSubject.parse(subject)
        metadata = _metadata(headers)
    except (ValueError, KeyError) as error:
        raise BadEvent(event_type, version, f"broken envelope on {subject}: {error!r}") from error
    if event_type != f"{parsed.kind}.{parsed.name}":
        raise BadEvent(event_type, version, f"the type does not belong on {subject}")
    event = decode_json(event_type, version, body)
    return RecordedEvent(sequence=sequence, subject=parsed, event=event, metadata=metadata)


def _data_version(event_type: str, headers: Mapping[str, str]) -> int:
    try:
        return int(headers["ce-dataversion"])
    except (KeyError, ValueError) as error:
        raise BadEvent(event_type, 0, "the header ce-dataversion is missing or not a number") from error


def _metadata(headers: Mapping[str, str]) -> Metadata:
    return Metadata(
        event_id=headers["ce-id"],
        occurred_at=_aware(datetime.fromisoformat(headers["ce-time"])),
        source=headers["ce-source"],
        actor=headers["ce-actor"],
        correlation_id=headers["ce-correlationid"],
        causation_id=headers.get("ce-causationid"),
        traceparent=headers.get("traceparent"),
    )


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the header ce-time has no time zone")
    return moment
