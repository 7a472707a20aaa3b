"""What happens to a schedule: a job template that is submitted again and again."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.events.base import Event, OnlyWhatWasSet
from kinolog.common.events.job import Submission


class CatchUp(StrEnum):
    """What becomes of the times that passed while nobody was there to fire: none, the latest, or all of them."""

    SKIP = "skip"
    ONE = "one"
    ALL = "all"


class Overlap(StrEnum):
    """What becomes of a time that comes while the job of the time before is not done."""

    SKIP = "skip"
    ALLOW = "allow"


class Timing(BaseModel):
    """Either a cron expression in a time zone (IANA name), or an interval that counts from `starts_at`."""

    model_config = ConfigDict(frozen=True)

    cron: str | None = None
    every_seconds: Annotated[float, Field(gt=0)] | None = None
    timezone: str = "UTC"
    starts_at: datetime | None = None


class ScheduleCreated(Event, type="schedule.created"):
    name: str
    timing: Timing
    job: Submission
    catch_up: CatchUp = CatchUp.ONE
    catch_up_window_seconds: float = 3600.0
    overlap: Overlap = Overlap.SKIP
    is_paused: bool = False


class ScheduleUpdated(OnlyWhatWasSet, Event, type="schedule.updated"):
    """Only what changed. A new timing, or the end of a pause, counts from the moment of this event."""

    name: str | None = None
    timing: Timing | None = None
    job: Submission | None = None
    catch_up: CatchUp | None = None
    catch_up_window_seconds: float | None = None
    overlap: Overlap | None = None
    is_paused: bool | None = None
    reason: str | None = None


class ScheduleFired(Event, type="schedule.fired"):
    """The time `due` is dealt with: by a job, or, for the reason in `skipped`, by none."""

    due: datetime
    job_id: str | None = None
    skipped: str | None = None


class ScheduleDeleted(Event, type="schedule.deleted"):
    reason: str | None = None
