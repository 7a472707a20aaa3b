"""A worker with the real runtime and a handler that costs nothing: it takes as long as the clip it pretends to cut.

`python -m harness.toy_worker`
"""

import asyncio
import os

from kinolog.common.aggregates import VIDEO
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.service import run_worker
from kinolog.common.settings import WorkerSettings
from kinolog.common.testing.examples import a_video
from kinolog.common.worker.context import JobContext

# A title that asks for as many bytes of output.
BYTES_WANTED = "bytes "


async def trim(job: TrimInput, ctx: JobContext) -> TrimOutput:
    ctx.progress("pretend")
    start, end = job.windows[0]
    await asyncio.sleep(end - start)
    content = await ctx.blobs.put_bytes(_output(job, ctx.job.id), "video/mp4")
    video = a_video(content=content, size_bytes=content.size_bytes, is_clip=True, job_id=ctx.job.id)
    video_id = ctx.create(VIDEO, video.model_copy(update={"parent_video_id": ctx.job.video_id}))
    return TrimOutput(video_id=video_id, start_time=start, end_time=end, frame_count=1)


def _output(job: TrimInput, job_id: str) -> bytes:
    """Other bytes for every job, the same for every attempt of one."""
    title = job.title or ""
    size = int(title.removeprefix(BYTES_WANTED)) if title.startswith(BYTES_WANTED) else 64
    return job_id.encode().ljust(size, b".")


if __name__ == "__main__":
    run_worker("render", WorkerSettings(), {"trim": trim}, slots=int(os.environ.get("TOY_SLOTS", "4")))
