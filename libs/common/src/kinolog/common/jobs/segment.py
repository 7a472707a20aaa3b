"""Encoding one segment of a long film, for another job that encodes the rest."""

from typing import Any, Final

from kinolog.common.events import BlobRef
from kinolog.common.fields import Request
from kinolog.common.jobs.base import JobType, Output, Patience


class SegmentInput(Request):
    """`recipe` and `cut` are the film's own, as the render service writes them; `number` says which segment it is.

    `belongings` are the files that filters read, by their places in the working folder.
    """

    parent_id: str
    source: BlobRef
    recipe: dict[str, Any]
    cut: dict[str, Any]
    number: int
    belongings: dict[str, BlobRef]


class SegmentOutput(Output):
    """`encoded` tells what was run."""

    segment: BlobRef
    encoded: dict[str, Any]


# Whoever asked for the segment encodes it after one failure.
_PATIENCE: Final = Patience(max_retries=0)

SEGMENT_JOBS: Final = (
    JobType(
        "render_segment",
        "render",
        SegmentInput,
        SegmentOutput,
        needs_video=False,
        is_internal=True,
        can_use_gpu=True,
        patience=_PATIENCE,
    ),
)
