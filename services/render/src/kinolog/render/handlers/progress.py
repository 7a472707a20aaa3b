"""Telling the job's followers how far its work is."""

from functools import partial

from kinolog.common.worker.context import JobContext
from kinolog.render.domain.progress import EncodeProgress, OnProgress


def report(ctx: JobContext, phase: str, progress: EncodeProgress) -> None:
    ctx.progress(phase, progress.percent, speed=progress.speed, eta_seconds=progress.eta_seconds, frame=progress.frame)


def reports(ctx: JobContext, phase: str = "encode") -> OnProgress:
    """What a long work of one phase calls."""
    return partial(report, ctx, phase)
