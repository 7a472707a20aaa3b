"""The end of a resumable upload: its pieces become a blob, the blob a job, and only then are the pieces let go.

Each step may be the last one of a gateway that dies. The next request for the upload takes them all again: the job's id
follows from the upload's, so that there is one job. It only may say of bytes that they were known when it was the dead
gateway that stored them.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from kinolog.gateway.auth import Caller
from kinolog.gateway.command import Command
from kinolog.gateway.naming import live_project
from kinolog.gateway.params import Gateway
from kinolog.gateway.problems import Problem
from kinolog.gateway.uploads.job import submit_upload
from kinolog.gateway.uploads.plain import Upload, store_file, upload_input
from kinolog.gateway.uploads.shelf import Finished, OpenUpload, UploadShelf
from kinolog.gateway.uploads.wish import wish_of

# No caller's own key begins with it.
_KEY: Final = "upload\x1f"


async def finish(here: Gateway, upload: OpenUpload, correlation_id: str) -> Finished:
    """Make the job for a complete upload. Raises the problem `checksum-mismatch`, and then forgets the upload."""
    info, wish = upload.info, wish_of(upload.info.metadata)
    await live_project(here.desk, wish.project_id)
    sources = await here.uploads.parts(info.parts, info.actor) or [upload]
    try:
        stored = await store_file(_stream(here.uploads.shelf, sources), here.blobs, wish.sha256)
    except Problem as problem:
        if problem.kind == "checksum-mismatch":
            for useless in (upload, *sources):
                await here.uploads.remove(useless.info.id)
        raise
    made = Upload(wish.project_id, upload_input(wish.filename, wish.title, stored), wish.pipeline)
    command = Command(Caller(info.actor, correlation_id), f"{_KEY}{info.id}")
    submitted = await submit_upload(here, command, made)
    done = Finished(info=info, job_id=submitted.job_id, batch_id=submitted.batch_id, is_known=submitted.is_known)
    await here.uploads.shelf.finish(done)
    here.quotas.release(info.id)
    return done


async def _stream(shelf: UploadShelf, sources: Sequence[OpenUpload]) -> AsyncIterator[bytes]:
    for source in sources:
        async for chunk in shelf.stream(source):
            yield chunk
