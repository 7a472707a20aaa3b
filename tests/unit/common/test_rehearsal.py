"""Doing a job again without consequences."""

from pathlib import Path

from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.rehearsal import ScratchBlobs


async def test_scratch_blobs_are_read_from_both_places_and_written_to_one(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path / "kept")
    kept = await workshop.blobs.put_bytes(b"kept")
    scratch = ScratchBlobs(workshop.blobs, tmp_path / "scratch")
    made = await scratch.put_bytes(b"made")
    assert (b"kept", b"made", 1) == (await scratch.read(kept), await scratch.read(made), workshop.blob_count())


async def test_a_rehearsal_asks_nobody_for_help_and_leaves_no_changes(tmp_path: Path) -> None:
    ctx = await Workshop(tmp_path).begin("render")
    rehearsal = ctx.rehearsal(ctx.job, as_of=1, blobs=ctx.blobs, workdir=tmp_path / "again")
    assert (None, ()) == (rehearsal.children, rehearsal.changes)
    assert tmp_path / "again" == rehearsal.workdir
