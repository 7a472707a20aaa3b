"""Pictures that a job names, made ready for the encoder: nobody but us has written what it reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.jobs.picture import PictureRef
from kinolog.common.media.picture_facts import PictureFacts
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.sizing import Size


class PictureReader(Protocol):
    async def inspect(
        self, file: Path, workdir: Path, ready: Path | None = None, frame: tuple[int, int] | None = None
    ) -> PictureFacts:
        """Write a picture to `ready` as a plain PNG, fitted into a `frame` of so many pixels where one is given.

        Raises PermanentError for what is no picture of ours.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReadyPicture:
    """A plain PNG of our own making."""

    file: Path
    size: Size
    used: SourceUsed


async def ready_picture(
    reader: PictureReader, ref: PictureRef, field: str, ctx: JobContext, frame: Size | None = None
) -> ReadyPicture:
    """Raises PermanentError, naming the field, for a picture that is not there or cannot be read."""
    ready = ctx.workdir / f"{field}.png"
    try:
        async with ctx.blobs.local_file(ref.blob, ctx.workdir) as file:
            facts = await reader.inspect(
                file, ctx.workdir, ready, None if frame is None else (frame.width, frame.height)
            )
    except BlobMissing as error:
        message = f"{field}: there is no such picture: send it to POST /v1/pictures, and put the answer here."
        raise PermanentError("picture_missing", message) from error
    except PermanentError as error:
        raise PermanentError(error.kind, f"{field}: {error.message}", detail=error.detail) from error
    return ReadyPicture(ready, Size(facts.width, facts.height), SourceUsed(sha256=ref.sha256))
