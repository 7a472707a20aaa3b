"""Every fact Kinolog records: one module per aggregate, one class per event.

Importing this package registers all of them, so that any event of the log can be decoded.
"""

from kinolog.common.events import caption, job, project, schedule, setting, video
from kinolog.common.events.base import BlobRef, Event
from kinolog.common.events.envelope import Metadata, RecordedEvent

__all__ = ["BlobRef", "Event", "Metadata", "RecordedEvent", "caption", "job", "project", "schedule", "setting", "video"]
