"""Loading one aggregate: its events, folded; optionally only those up to a sequence or a time."""

from collections.abc import Iterable, Iterator

from kinolog.common.aggregates.base import Aggregate, Loaded, S, fold
from kinolog.common.events import RecordedEvent
from kinolog.common.log.port import AsOf, EventLog


async def load(log: EventLog, aggregate: Aggregate[S], aggregate_id: str, *, as_of: AsOf | None = None) -> Loaded[S]:
    """The aggregate now, or as it was at `as_of` (a sequence or an aware time, both inclusive)."""
    events = await log.read(aggregate.kind, aggregate_id)
    return fold(aggregate, aggregate_id, events if as_of is None else _until(events, as_of))


def _until(events: Iterable[RecordedEvent], as_of: AsOf) -> Iterator[RecordedEvent]:
    for recorded in events:
        moment = recorded.sequence if isinstance(as_of, int) else recorded.occurred_at
        if moment <= as_of:  # type: ignore[operator]  # both are of as_of's type
            yield recorded
