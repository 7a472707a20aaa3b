"""Asking the render service for one frame as burning would make it: `q.render.frame`.

A FrameQuestion goes there as JSON, with an inbox to reply to. There come a FrameAnswer as JSON, and then the picture in
messages of `PART_BYTES` or less, in order: most pictures are larger than what NATS takes at once. In place of all that
comes a refusal, a NATS micro service error with a `kinolog.common.queries.Problem` in its body. Whoever does not want
the frame any more says so on `subjects.render_frame_stop`, and nothing more comes.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_serializer

from kinolog.common.fields import Request, Seconds
from kinolog.common.style import CaptionStyle

PictureFormat = Literal["png", "webp", "jpeg"]

PART_BYTES: Final = 256 * 1024
MEDIA_TYPES: Final[dict[PictureFormat, str]] = {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}

_AskId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,64}$")]


class FrameWish(Request):
    """The frame that a film shows at `at`, in seconds as players count them, with a caption drawn into it.

    `style` goes above the caption's own. `width` makes the picture smaller, never larger.
    """

    caption_id: Annotated[str, Field(max_length=64)]
    at: Seconds
    style: CaptionStyle = CaptionStyle()
    width: Annotated[int, Field(ge=16, le=8_192)] | None = None
    format: PictureFormat = "png"

    @field_serializer("style")
    def _only_what_was_asked_for(self, style: CaptionStyle) -> dict[str, Any]:
        """A default written out would hide the caption's own look."""
        return style.chosen()


class FrameQuestion(FrameWish):
    """After `within_seconds` nobody waits for the answer any more."""

    id: _AskId
    within_seconds: Annotated[float, Field(gt=0, le=600)]


class FrameAnswer(BaseModel):
    """`time` is that of the frame, in seconds; `font` the family that was drawn, None where no text was."""

    model_config = ConfigDict(frozen=True)

    time: float
    font: str | None
    size_bytes: Annotated[int, Field(ge=1)]
