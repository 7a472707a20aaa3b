"""`python -m benchmarks.engine.clipper`: a worker in the place of render that cuts nothing, so that its jobs, which
come by HTTP as anybody's do, cost the engine alone.
"""

from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.service import run_worker
from kinolog.common.settings import WorkerSettings
from kinolog.common.worker import JobContext

_SLOTS = 100


async def _trim(job: TrimInput, ctx: JobContext) -> TrimOutput:
    start_time, end_time = job.windows[0]
    return TrimOutput(video_id=ctx.job.video_id or "", start_time=start_time, end_time=end_time, frame_count=0)


if __name__ == "__main__":
    run_worker("render", WorkerSettings(), {"trim": _trim}, slots=_SLOTS)
