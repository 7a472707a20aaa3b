"""What every job type says of itself."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.fields import Request, Seconds

StrictSeconds = Annotated[Seconds, Field(strict=True)]
"""Seconds that are told as a number: neither `true` nor a text with digits in it is one."""


LeftOut = tuple[str, ...]
"""What the result lacks of its source though nobody asked for that: `sound track 2 (deu)`, `chapters`."""


class Output(BaseModel):
    model_config = ConfigDict(frozen=True, protected_namespaces=())


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
    `is_internal` ones are not submitted by hand. Those that gain by it `can_use_gpu`.
    """

    name: str
    queue: str
    input_model: type[Request]
    output_model: type[Output]
    needs_video: bool = True
    needs_project: bool = False
    is_internal: bool = False
    can_use_gpu: bool = False
    patience: Patience = Patience()
