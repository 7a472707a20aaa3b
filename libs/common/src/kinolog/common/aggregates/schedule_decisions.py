"""What may happen to a schedule next: pure functions that return the event, or none where nothing would change."""

from typing import Any

from kinolog.common.aggregates.schedule import Schedule
from kinolog.common.errors import Refused
from kinolog.common.events import Event
from kinolog.common.events.job import Submission
from kinolog.common.events.schedule import ScheduleDeleted, ScheduleUpdated


def update_schedule(schedule: Schedule, changes: dict[str, Any], *, reason: str | None = None) -> list[Event]:
    """`changes` are fields of ScheduleUpdated; those that are so already are left out."""
    _refuse_if_deleted(schedule)
    changed = {name: value for name, value in changes.items() if getattr(schedule, name) != value}
    told = {} if reason is None else {"reason": reason}
    return [ScheduleUpdated.model_validate({**changed, **told})] if changed else []


def delete_schedule(schedule: Schedule, *, reason: str | None = None) -> list[Event]:
    return [] if schedule.is_deleted else [ScheduleDeleted(reason=reason)]


def job_of_schedule(schedule: Schedule) -> Submission:
    """What is submitted each time. Refused for a deleted schedule."""
    _refuse_if_deleted(schedule)
    return schedule.job.model_copy(update={"schedule_id": schedule.id})


def _refuse_if_deleted(schedule: Schedule) -> None:
    if schedule.is_deleted:
        raise Refused("deleted", f"the schedule {schedule.id} is deleted for good: make a new one")
