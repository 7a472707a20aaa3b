"""Burning captions into the picture."""

from typing import Any, Final

from pydantic import field_serializer

from kinolog.common.fields import Request
from kinolog.common.jobs.base import JobType, LeftOut, Output
from kinolog.common.style import CaptionStyle


class BurnInput(Request):
    """Without `caption_id` the default caption of the video is burned, or else its newest."""

    caption_id: str | None = None
    style: CaptionStyle = CaptionStyle()

    @field_serializer("style")
    def _only_what_was_asked_for(self, style: CaptionStyle) -> dict[str, Any]:
        """A caption has a look of its own, which a default written out here would hide."""
        return style.model_dump(exclude_unset=True)


class BurnOutput(Output):
    """`font` is the family that was drawn: a shipped one where the asked-for font is not free to ship.

    `method` is `partial` where only frames that show captions were encoded, and others that need them; `because` says
    why that way was taken. `encoder` is `copy` where no frame was encoded. `estimated_words` is how many words the look
    shows at times that are estimated from their lengths, since nobody has timed them.
    """

    video_id: str
    caption_id: str
    encoder: str
    font: str
    method: str = "full"
    because: str = ""
    encoded_frames: int | None = None
    estimated_words: int = 0
    left_out: LeftOut = ()


BURN_JOBS: Final = (JobType("burn", "render", BurnInput, BurnOutput, can_use_gpu=True),)
