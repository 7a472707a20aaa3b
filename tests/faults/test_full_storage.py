"""Storage that takes no more: the job says so, nothing half-made is left, and the next one goes on."""

from pathlib import Path

import pytest
from harness.site import Site
from harness.toy_worker import BYTES_WANTED

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMITED = ("sh", "-c", 'ulimit -f 1024; exec "$@"', "sh")  # 512 KiB: a block has 512 bytes.


async def test_an_output_that_does_not_fit_fails_its_job_alone_and_leaves_nothing(site: Site) -> None:
    for name in ("worker-1", "worker-2"):
        await site.parts[name].stop()
    await site.worker("worker-1", prefix=LIMITED)
    before = half_made(site)
    video_id = await site.video()
    large = await site.submit(video_id, "large", title=f"{BYTES_WANTED}2000000", max_retries=0)
    small = await site.submit(video_id, "small")
    await site.is_sound(failed=[large])
    assert ("failed", "completed") == (await site.status(large), await site.status(small))
    assert before == half_made(site)


def half_made(site: Site) -> set[Path]:
    return set((site.folder / "blobs/tmp").glob("*"))
