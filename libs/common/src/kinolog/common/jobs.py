"""The job types: what each takes, what it gives, and which queue runs it.

The gateway validates `input_data` with these models and the workers receive them, so both mean the same.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_serializer, model_validator

from kinolog.common.errors import Refused
from kinolog.common.events import BlobRef
from kinolog.common.fields import FileName, Language, Request, Seconds, SizeBytes, Title
from kinolog.common.style import CaptionStyle
from kinolog.common.web_url import WebUrl

ModelSize = Literal["tiny", "base", "small", "medium", "large"]


class Output(BaseModel):
    model_config = ConfigDict(frozen=True, protected_namespaces=())


class UploadInput(Request):
    """Made by the upload endpoints once the bytes are stored."""

    filename: FileName
    title: Title
    size_bytes: SizeBytes
    content: BlobRef


class UploadOutput(Output):
    video_id: str
    sha256: str


class DownloadInput(Request):
    """Without `title` the video is called like its file."""

    url: WebUrl
    title: Title | None = None


class DownloadOutput(Output):
    video_id: str
    sha256: str
    size_bytes: int


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


class BurnInput(Request):
    """Without `caption_id` the newest caption of the video is burned."""

    caption_id: str | None = None
    style: CaptionStyle = CaptionStyle()

    @field_serializer("style")
    def _only_what_was_asked_for(self, style: CaptionStyle) -> dict[str, Any]:
        """A caption has a look of its own, which a default written out here would hide."""
        return style.model_dump(exclude_unset=True)


class BurnOutput(Output):
    """`font` is the family that was drawn: a shipped one where the asked-for font is not free to ship."""

    video_id: str
    caption_id: str
    encoder: str
    font: str


class TrimInput(Request):
    start_time: Seconds
    end_time: Seconds
    title: Title | None = None

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.end_time - self.start_time < SHORTEST_CLIP_SECONDS:
            raise ValueError(f"end_time must be at least {SHORTEST_CLIP_SECONDS} s after start_time")
        return self


class TrimOutput(Output):
    video_id: str
    start_time: float
    end_time: float
    frame_count: Annotated[int, Field(ge=0)]


SHORTEST_CLIP_SECONDS: Final = 0.04


class NoopInput(Request):
    """Does nothing, for as long as is asked: for measurements and for tests of the engine itself."""

    seconds: Seconds = 0.0


class NoopOutput(Output):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a job of a type is tried and how long it may take, unless its submitter says otherwise.

    Timeouts: of one attempt, of the whole job from its submission on (None: for ever), of silence within an attempt.
    """

    max_retries: int = 3
    attempt_timeout_seconds: float = 12 * 3600.0
    total_timeout_seconds: float | None = None
    heartbeat_timeout_seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class JobType:
    """`needs_video` types work on the video that the job names, `needs_project` ones put theirs into its project;
    `is_internal` ones are not submitted by hand.
    """

    name: str
    queue: str
    input_model: type[Request]
    output_model: type[Output]
    needs_video: bool = True
    needs_project: bool = False
    is_internal: bool = False
    patience: Patience = Patience()


JOB_TYPES: Final = {
    job_type.name: job_type
    for job_type in (
        JobType(
            "upload",
            "ingest",
            UploadInput,
            UploadOutput,
            needs_video=False,
            is_internal=True,
            patience=Patience(attempt_timeout_seconds=2 * 3600.0),
        ),
        JobType("download", "ingest", DownloadInput, DownloadOutput, needs_video=False, needs_project=True),
        JobType("caption", "transcribe", CaptionInput, CaptionOutput),
        JobType("burn", "render", BurnInput, BurnOutput),
        JobType("trim", "render", TrimInput, TrimOutput),
        JobType("noop", "bench", NoopInput, NoopOutput, needs_video=False, is_internal=True),
    )
}


def job_type(name: str) -> JobType:
    """Raises Refused for a type that nobody handles."""
    if name not in JOB_TYPES:
        open_to_all = sorted(kind.name for kind in JOB_TYPES.values() if not kind.is_internal)
        raise Refused("validation", f"type must be one of {', '.join(open_to_all)}", field="type")
    return JOB_TYPES[name]
