"""The aggregates: their state, one pure `evolve` each, and the pure decisions that return events or refuse."""

from kinolog.common.aggregates.base import Aggregate, Change, Loaded, fold
from kinolog.common.aggregates.caption import CAPTION, Caption
from kinolog.common.aggregates.job import JOB, Job, JobStatus
from kinolog.common.aggregates.project import PROJECT, Project
from kinolog.common.aggregates.video import VIDEO, Video

AGGREGATES: dict[str, Aggregate[Project] | Aggregate[Video] | Aggregate[Caption] | Aggregate[Job]] = {
    aggregate.kind: aggregate for aggregate in (PROJECT, VIDEO, CAPTION, JOB)
}

__all__ = [
    "AGGREGATES",
    "CAPTION",
    "JOB",
    "PROJECT",
    "VIDEO",
    "Aggregate",
    "Caption",
    "Change",
    "Job",
    "JobStatus",
    "Loaded",
    "Project",
    "Video",
    "fold",
]
