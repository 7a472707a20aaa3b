"""The event log: one port, an implementation on JetStream and an in-memory double of equal behaviour."""

from kinolog.common.log.load import load
from kinolog.common.log.port import AsOf, Batch, Checkpoint, EventLog, Origin, Unreadable

__all__ = ["AsOf", "Batch", "Checkpoint", "EventLog", "Origin", "Unreadable", "load"]
