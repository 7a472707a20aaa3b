"""Jobs that write down what is said, and in other languages."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StringConstraints

from kinolog.common.events.caption import Dropped
from kinolog.common.fields import Language, Request
from kinolog.common.jobs.base import JobType, Output

MODEL_NAMES: Final = (
    *("tiny", "tiny.en", "base", "base.en", "small", "small.en", "medium", "medium.en"),
    *("large", "large-v1", "large-v2", "large-v3", "turbo"),
    *("distil-small.en", "distil-medium.en", "distil-large-v2", "distil-large-v3", "distil-large-v3.5"),
)
UNABLE_TO_TRANSLATE: Final = ("turbo", "distil-")
"""How the names of models begin that were not taught to."""

MODEL_FOLDER: Final = re.compile(r"dir:([A-Za-z0-9][A-Za-z0-9._-]{0,99})")


def _known(size: str) -> str:
    if size not in MODEL_NAMES and not MODEL_FOLDER.fullmatch(size):
        raise ValueError(f"must be one of {', '.join(MODEL_NAMES)}, or dir: and the name of a folder of models")
    return size


ModelSize = Annotated[str, AfterValidator(_known)]
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Temperature = Annotated[float, Field(strict=True, ge=0, le=1)]


class VoiceDetection(Request):
    """Where somebody speaks (Silero): the rest is never shown to the model, which would hear things in silence.

    `threshold` is the probability of speech above which sound counts as such; stretches of speech shorter than
    `min_speech_seconds` are dropped, pauses shorter than `min_silence_seconds` bridged, and `pad_seconds` are kept
    around each.
    """

    threshold: Annotated[float, Field(strict=True, gt=0, lt=1)] = 0.5
    min_speech_seconds: Annotated[float, Field(strict=True, ge=0, le=10)] = 0.0
    min_silence_seconds: Annotated[float, Field(strict=True, ge=0, le=10)] = 2.0
    pad_seconds: Annotated[float, Field(strict=True, ge=0, le=5)] = 0.4


class Reading(Request):
    """What a reader can take in. What is left out is as the service has it."""

    line_characters: Annotated[int, Field(strict=True, ge=10, le=200)] | None = None
    lines: Annotated[int, Field(strict=True, ge=1, le=4)] | None = None
    characters_per_second: Annotated[float, Field(strict=True, ge=5, le=60)] | None = None
    max_seconds: Annotated[float, Field(strict=True, ge=1, le=60)] | None = None
    min_seconds: Annotated[float, Field(strict=True, ge=0, le=10)] | None = None
    min_gap_seconds: Annotated[float, Field(strict=True, ge=0, le=2)] | None = None
    pause_seconds: Annotated[float, Field(strict=True, ge=0.1, le=10)] | None = None


class CaptionInput(Request):
    """`model_size` is a name, or `dir:` and a folder of those that the operator put there. Without `language` it is
    detected.

    `initial_prompt` sets the tone and spelling; `words` are names and terms to listen for. `vad` false shows the model
    everything, silence too. `temperatures` are tried one after the other while a result looks wrong. `batch_size` above
    1 decodes as many stretches at the same time.
    """

    model_config = ConfigDict(protected_namespaces=())

    model_size: ModelSize = "tiny"
    word_level: StrictBool = False
    language: Language | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    initial_prompt: Annotated[str, Field(max_length=1_000)] | None = None
    words: Annotated[tuple[Phrase, ...], Field(max_length=200)] = ()
    vad: StrictBool = True
    voice_detection: VoiceDetection = VoiceDetection()
    beam_size: Annotated[int, Field(strict=True, ge=1, le=20)] = 5
    temperatures: Annotated[tuple[Temperature, ...], Field(min_length=1, max_length=10)] = (
        0.0,
        0.2,
        0.4,
        0.6,
        0.8,
        1.0,
    )
    batch_size: Annotated[int, Field(strict=True, ge=1, le=64)] | None = None
    reading: Reading = Reading()


class CaptionOutput(Output):
    """`dropped` is what was heard and held to be invented."""

    caption_id: str
    language: str
    language_probability: float
    cue_count: int
    model: str
    dropped: Dropped = Dropped()


class TranslateInput(Request):
    """The caption in another language, as a caption of its own. Without `caption_id` the video's default one, or else
    its newest.
    """

    caption_id: str | None = None
    language: Language


class TranslateOutput(Output):
    caption_id: str
    source_caption_id: str
    language: str
    cue_count: int
    engine: str


CAPTION_JOBS: Final = (
    JobType("caption", "transcribe", CaptionInput, CaptionOutput, can_use_gpu=True),
    JobType("translate", "transcribe", TranslateInput, TranslateOutput),
)
