"""Jobs that write down what is said."""

from typing import Final, Literal

from pydantic import ConfigDict

from kinolog.common.fields import Language, Request
from kinolog.common.jobs.base import JobType, Output

ModelSize = Literal["tiny", "base", "small", "medium", "large"]


class CaptionInput(Request):
    model_config = ConfigDict(protected_namespaces=())

    model_size: ModelSize = "tiny"
    word_level: bool = False
    language: Language | None = None
    task: Literal["transcribe", "translate"] = "transcribe"


class CaptionOutput(Output):
    caption_id: str
    language: str
    language_probability: float
    cue_count: int
    model: str


CAPTION_JOBS: Final = (JobType("caption", "transcribe", CaptionInput, CaptionOutput, can_use_gpu=True),)
