"""An entry of the log as every reader gets it: the event, or word that it cannot be read."""

from collections.abc import Mapping

from kinolog.common.errors import EventUnreadable, NewerEvent
from kinolog.common.events import RecordedEvent
from kinolog.common.events.envelope import from_stored
from kinolog.common.log.port import Unreadable


def entry_of(sequence: int, subject: str, headers: Mapping[str, str], body: bytes) -> RecordedEvent | Unreadable:
    try:
        return from_stored(sequence, subject, headers, body)
    except EventUnreadable as error:
        is_newer = isinstance(error, NewerEvent)
        return Unreadable(sequence, subject, str(error), is_newer=is_newer, event_id=headers.get("ce-id", ""))
