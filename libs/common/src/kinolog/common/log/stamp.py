"""Stamping: the metadata that an event gets at the moment of its append."""

from opentelemetry import propagate, trace

from kinolog.common import ids
from kinolog.common.clock import Clock
from kinolog.common.events import Metadata
from kinolog.common.log.port import Origin


def stamp(origin: Origin, clock: Clock) -> Metadata:
    return Metadata(
        event_id=ids.new_id("evt"),
        occurred_at=origin.occurred_at or clock(),
        source=origin.source,
        actor=origin.actor,
        correlation_id=origin.correlation_id,
        causation_id=origin.causation_id,
        traceparent=_traceparent(),
    )


def _traceparent() -> str | None:
    """Where in which trace this happens (W3C Trace Context); None outside of any."""
    if trace.get_current_span() is trace.INVALID_SPAN:
        return None
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")
