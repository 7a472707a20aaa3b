"""Stamping: the metadata that an event gets at the moment of its append."""

from opentelemetry import propagate

from kinolog.common import ids
from kinolog.common.clock import Clock
from kinolog.common.events import Metadata
from kinolog.common.log.port import Origin


def stamp(origin: Origin, clock: Clock) -> Metadata:
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return Metadata(
        event_id=ids.new_id("evt"),
        occurred_at=clock(),
        source=origin.source,
        actor=origin.actor,
        correlation_id=origin.correlation_id,
        causation_id=origin.causation_id,
        traceparent=carrier.get("traceparent"),
    )
