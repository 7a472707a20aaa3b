"""A schedule: a job template, the times at which it is submitted, and how far that has come."""

from datetime import datetime

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import Submission
from kinolog.common.events.schedule import (
    CatchUp,
    Overlap,
    ScheduleCreated,
    ScheduleDeleted,
    ScheduleFired,
    ScheduleUpdated,
    Timing,
)


class Schedule(State):
    """`fired_until` is the last time that was dealt with: the next one is the first of the timing after it."""

    name: str
    timing: Timing
    job: Submission
    catch_up: CatchUp
    catch_up_window_seconds: float
    overlap: Overlap
    is_paused: bool
    is_deleted: bool = False
    fired_until: datetime
    fired_count: int = 0
    last_job_id: str | None = None
    created_by: str
    created_at: datetime
    updated_at: datetime


def evolve(state: Schedule | None, recorded: RecordedEvent) -> Schedule | None:
    event, at = recorded.event, recorded.occurred_at
    if isinstance(event, ScheduleCreated):
        return Schedule(
            id=recorded.subject.id,
            **dict(event),
            fired_until=at,
            created_by=recorded.metadata.actor,
            created_at=at,
            updated_at=at,
        )
    if state is None:
        return None
    match event:
        case ScheduleUpdated():
            return _updated(state, event, at)
        case ScheduleFired():
            return state.model_copy(
                update={
                    "fired_until": event.due,
                    "fired_count": state.fired_count + (1 if event.job_id else 0),
                    "last_job_id": event.job_id or state.last_job_id,
                    "updated_at": at,
                }
            )
        case ScheduleDeleted():
            return state.model_copy(update={"is_deleted": True, "updated_at": at})
    return state


def _updated(state: Schedule, event: ScheduleUpdated, at: datetime) -> Schedule:
    """Times before a new timing, or during a pause, are not made up for."""
    changed = {name: getattr(event, name) for name in event.model_fields_set - {"reason"}}
    begins_anew = "timing" in changed or (state.is_paused and changed.get("is_paused") is False)
    return state.model_copy(update={**changed, **({"fired_until": at} if begins_anew else {}), "updated_at": at})


SCHEDULE = Aggregate("schedule", "sch", evolve)
