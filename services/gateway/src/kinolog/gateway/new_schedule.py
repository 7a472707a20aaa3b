"""What a caller says when they want something done again and again, and what that comes to."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, Field

from kinolog.common.aggregates import Schedule
from kinolog.common.events.schedule import CatchUp, Overlap, Timing
from kinolog.common.fields import Title
from kinolog.common.schedules import LONGEST_CRON, LONGEST_INTERVAL_SECONDS, check_timing, next_time
from kinolog.gateway.domain.wish import Wish
from kinolog.gateway.new_job import JobTemplate, Reason
from kinolog.gateway.params import Gateway
from kinolog.gateway.problems import invalid
from kinolog.gateway.submission import settle_wish
from kinolog.gateway.translation import problems_under

_PLAIN: Final = {"name", "catch_up", "catch_up_window_seconds", "overlap", "is_paused"}
_TIMING: Final = set(Timing.model_fields)


class Times(Reason):
    """Either `cron` in a time zone, or `every_seconds` counted from `starts_at` (now, if left out)."""

    cron: Annotated[str, Field(max_length=LONGEST_CRON)] | None = None
    every_seconds: Annotated[float, Field(strict=True)] | None = None
    timezone: Annotated[str, Field(max_length=64)] = "UTC"
    starts_at: AwareDatetime | None = None
    catch_up: CatchUp = CatchUp.ONE
    catch_up_window_seconds: Annotated[float, Field(strict=True, gt=0, le=LONGEST_INTERVAL_SECONDS)] = 3600.0
    overlap: Overlap = Overlap.SKIP
    is_paused: bool = False


class NewSchedule(Times):
    """`job` is as in `POST /v1/jobs`, without what waits: it is submitted at every time."""

    name: Title
    job: JobTemplate

    def timing(self, now: datetime) -> Timing:
        """Raises Refused, naming the field."""
        return checked_timing(self.model_dump(include=_TIMING), now)

    def plain_fields(self) -> dict[str, Any]:
        return self.model_dump(include=_PLAIN)


class SchedulePatch(Times):
    """Only what is sent is changed; giving one of `cron` and `every_seconds` takes the other away."""

    name: Title = ""
    job: JobTemplate | None = None

    def changes(self, schedule: Schedule, now: datetime) -> dict[str, Any]:
        """What is sent, apart from the job. Raises Refused, naming the field."""
        changes = self.model_dump(include=_PLAIN & self.model_fields_set)
        asked = self.model_dump(include=_TIMING & self.model_fields_set)
        if not asked:
            return changes
        present = schedule.timing.model_dump()
        if asked.get("cron") is not None or asked.get("every_seconds") is not None:
            present |= {"cron": None, "every_seconds": None}
        return {**changes, "timing": checked_timing(present | asked, now)}


def checked_timing(fields: dict[str, Any], now: datetime) -> Timing:
    if fields["every_seconds"] is not None and fields["starts_at"] is None:
        fields = {**fields, "starts_at": now}
    # The rules have better words than the class for an interval that is none.
    return check_timing(Timing.model_construct(**fields), now)


async def settle_job(job: JobTemplate, here: Gateway) -> Any:
    """The submission that is repeated, with nothing left open. Raises problems that point below `job`."""
    with problems_under("/job"):
        wish = Wish(submission=job.submission())
        if wish.dependencies:
            raise invalid("/video_id", "a job of a schedule cannot wait for other jobs: name what is there already")
        return (await settle_wish(wish, here)).submission


def next_at(schedule: Schedule, now: datetime) -> datetime | None:
    """When it fires next; None while it is paused, or for ever."""
    if schedule.is_paused or schedule.is_deleted:
        return None
    return next_time(schedule.timing, max(now, schedule.fired_until))
