"""Telling the log of the past: each event once, however often it is begun, and never over what people did since."""

from dataclasses import dataclass, replace
from typing import Any, Final

from kinolog.cli.library.retelling import Step
from kinolog.common.aggregates.base import Aggregate, fold
from kinolog.common.errors import Conflict
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.log import EventLog, Origin

# Who has told it, in the log: its times are not those at which it was written.
TELLER: Final = "import"
_MOST_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Teller:
    """`correlation_id` is that of the whole import."""

    log: EventLog
    correlation_id: str

    async def told(self, aggregate: Aggregate[Any], aggregate_id: str) -> list[RecordedEvent]:
        """All that the log has of it."""
        return await self.log.read(aggregate.kind, aggregate_id)

    async def tell(self, aggregate: Aggregate[Any], aggregate_id: str, steps: list[Step]) -> bool:
        """Add what is missing, and say whether anything was. Raises LogError."""
        is_news = False
        for step in steps:
            is_news |= await self._tell(aggregate, aggregate_id, step)
        return is_news

    async def _tell(self, aggregate: Aggregate[Any], aggregate_id: str, step: Step) -> bool:
        origin = Origin(source=TELLER, actor=TELLER, correlation_id=self.correlation_id)
        for _ in range(_MOST_ATTEMPTS):
            told = await self.told(aggregate, aggregate_id)
            missing = _missing(step, told)
            if not missing:
                return False
            changes = fold(aggregate, aggregate_id, told).changes(*missing)
            try:
                await self.log.append(changes, replace(origin, occurred_at=step.at))
            except Conflict:
                continue  # Another import of the same list is at work.
            return True
        raise Conflict([aggregate_id])


def is_only_imported(told: list[RecordedEvent]) -> bool:
    return all(recorded.metadata.source == TELLER for recorded in told)


def _missing(step: Step, told: list[RecordedEvent]) -> list[Event]:
    """An import has at most one event of each type; once somebody else has changed the thing, it adds nothing."""
    if not is_only_imported(told):
        return []
    types = {recorded.event.event_type for recorded in told}
    return [event for event in step.events if event.event_type not in types]
