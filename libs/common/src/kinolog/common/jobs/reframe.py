"""Giving a video another shape, such as an upright one for telephones."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from kinolog.common.fields import Request, Title
from kinolog.common.jobs.base import JobType, LeftOut, Output
from kinolog.common.jobs.merge import EvenSide

ReframeMode = Literal["crop", "pad", "blur"]

_ASPECT: Final = re.compile(r"[1-9][0-9]{0,3}:[1-9][0-9]{0,3}")
_WIDEST: Final = 4


def _aspect(text: str) -> str:
    if not _ASPECT.fullmatch(text):
        raise ValueError("must be width:height in whole numbers, such as 9:16, 1:1, 4:5 or 16:9")
    width, height = map(int, text.split(":"))
    if max(width, height) > _WIDEST * min(width, height):
        raise ValueError(f"must be between 1:{_WIDEST} and {_WIDEST}:1")
    return text


Aspect = Annotated[str, AfterValidator(_aspect)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]


class ReframeInput(Request):
    """`crop` cuts away what does not fit; `pad` shows all of the film with black beside it, `blur` with a blurred copy.

    `x` and `y` say which part is kept, or where the film stands: 0 is left and top, 1 is right and bottom. Without
    `height`, `crop` keeps the film's own pixels, and the others have its shorter side as theirs.
    """

    aspect: Aspect
    mode: ReframeMode = "crop"
    x: Share = 0.5
    y: Share = 0.5
    height: EvenSide | None = None
    title: Title | None = None

    @property
    def ratio(self) -> float:
        """Width over height."""
        width, height = self.aspect.split(":")
        return int(width) / int(height)


class ReframeOutput(Output):
    video_id: str
    width: int
    height: int
    encoder: str
    left_out: LeftOut = ()


REFRAME_JOBS: Final = (JobType("reframe", "render", ReframeInput, ReframeOutput),)
