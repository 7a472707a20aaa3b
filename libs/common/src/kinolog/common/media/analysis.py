"""Whatever brings a video in, the job that analyzes it comes after."""

from kinolog.common.events.job import Submission
from kinolog.common.jobs import JOB_TYPES


def analysis_of(video_id: str, project_id: str | None, priority: int = 0) -> Submission:
    """Of all its parts."""
    kind = JOB_TYPES["analyze"]
    return Submission(
        type=kind.name,
        input_data={},
        project_id=project_id,
        video_id=video_id,
        queue=kind.queue,
        priority=priority,
        max_retries=kind.patience.max_retries,
    )
