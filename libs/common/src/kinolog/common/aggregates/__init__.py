"""The aggregates: their state, one pure `evolve` each, and the pure decisions that return events or refuse."""

from kinolog.common.aggregates.base import Aggregate, Change, Loaded, fold
from kinolog.common.aggregates.caption import CAPTION, Caption
from kinolog.common.aggregates.job import JOB, Job, JobStatus
from kinolog.common.aggregates.project import PROJECT, Project
from kinolog.common.aggregates.schedule import SCHEDULE, Schedule
from kinolog.common.aggregates.setting import SETTING, Setting
from kinolog.common.aggregates.video import VIDEO, Video

AnyAggregate = (
    Aggregate[Project]
    | Aggregate[Video]
    | Aggregate[Caption]
    | Aggregate[Job]
    | Aggregate[Setting]
    | Aggregate[Schedule]
)

AGGREGATES: dict[str, AnyAggregate] = {
    aggregate.kind: aggregate for aggregate in (PROJECT, VIDEO, CAPTION, JOB, SETTING, SCHEDULE)
}

__all__ = [
    "AGGREGATES",
    "CAPTION",
    "JOB",
    "PROJECT",
    "SCHEDULE",
    "SETTING",
    "VIDEO",
    "Aggregate",
    "AnyAggregate",
    "Caption",
    "Change",
    "Job",
    "JobStatus",
    "Loaded",
    "Project",
    "Schedule",
    "Setting",
    "Video",
    "fold",
]
