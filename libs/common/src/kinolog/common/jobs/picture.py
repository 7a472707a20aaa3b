"""A picture that a job is to use: what `POST /v1/pictures` answered."""

from typing import Annotated

from pydantic import Field, StringConstraints

from kinolog.common.events import BlobRef
from kinolog.common.fields import Request, SizeBytes
from kinolog.common.media.picture_facts import PictureType


class PictureRef(Request):
    """`width` and `height` are for people: the pixels that are used are those found in the picture."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size_bytes: Annotated[SizeBytes, Field(gt=0)]
    media_type: PictureType
    width: Annotated[int, Field(strict=True, gt=0)] | None = None
    height: Annotated[int, Field(strict=True, gt=0)] | None = None

    @property
    def blob(self) -> BlobRef:
        return BlobRef(sha256=self.sha256, size_bytes=self.size_bytes, media_type=self.media_type)
