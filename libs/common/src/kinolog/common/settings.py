"""Settings that every service reads from its environment: one frozen class, checked before anything starts."""

import re
from math import isfinite
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from kinolog.common.addresses import NatsAddresses, StorageAddress
from kinolog.common.errors import BadSettings
from kinolog.common.fields import INT64_MAX

# Measured from a full scale downwards.
_BELOW_ZERO: Final = ("_db", "_log_probability")


class ServiceSettings(BaseSettings):
    """Environment variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_NATS_URL`."""

    model_config = SettingsConfigDict(env_prefix="KINOLOG_", frozen=True, extra="ignore")

    nats_url: NatsAddresses = "nats://127.0.0.1:4222"
    nats_user: str | None = None
    nats_password: SecretStr | None = None
    blobs_url: StorageAddress = f"file://{Path('data/blobs').absolute()}"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    # What a killed process left of a blob is removed at the next start, once it has not grown for this long. No writer
    # is silent for so long, even by a clock that is an hour wrong.
    blob_leftover_hours: float = Field(6.0, gt=0)
    # Longer than a NATS restart, shorter than a caller's patience.
    log_deadline_seconds: float = Field(8.0, gt=0)
    # Appends that are under way together leave in one atomic batch where that is cheaper. Beyond 200 events a batch
    # gets slower in step with its size; the server takes 1,000.
    append_group_max_events: int = Field(200, ge=1, le=1_000)
    # Half of what the client holds back while it is disconnected.
    append_group_max_bytes: int = Field(1_048_576, ge=1)
    # How often the dearer way is measured anew, since disks and loads change.
    append_trial_interval_seconds: float = Field(5.0, gt=0)

    @field_validator("*")
    @classmethod
    def _is_an_amount(cls, value: Any, info: ValidationInfo) -> Any:
        """Every number here is a size, a time or a count, whatever else is asked of it."""
        if not isinstance(value, int | float):
            return value
        if not isfinite(value) or value > INT64_MAX:
            raise ValueError("must be a number that can be counted to")
        if value < 0 and not str(info.field_name).endswith(_BELOW_ZERO):
            raise ValueError("must not be less than 0")
        return value


class JobLimitSettings(ServiceSettings):
    """How much one job may ask for. Gateways refuse more before there is a job; what workers take, theirs decide."""

    # Windows that one trim may name: each adds filters to a graph, or a video to a commit.
    trim_max_ranges: int = Field(80, ge=1)
    # All clips of a job appear in one commit of at most a thousand events, and each may bring a poster and captions.
    split_max_clips: int = Field(300, ge=1)
    # A GIF's colours are chosen with all of its frames in memory.
    preview_max_seconds: float = Field(20.0, gt=0, le=60)
    # Films that one merge may join: each has a decoder of its own, all of them at once.
    merge_max_videos: int = Field(24, ge=2, le=40)
    # Each picture adds some 90 letters to one argument of ffmpeg, which may have 128 Ki of them.
    slideshow_max_pictures: int = Field(300, ge=1, le=1_000)


class WorkerSettings(ServiceSettings):
    """What every service that runs jobs needs besides."""

    work_dir: Path = Path("data/work")
    # Whether jobs that ask for a GPU are taken: where one was found to work, on this machine in any case, or never.
    gpu_queue: Literal["auto", "always", "never"] = "auto"
    # A worker is thought lost when it has not beaten for this long; it beats every third of it.
    lease_seconds: float = Field(30.0, gt=0)
    # Hints tell of new jobs at once; this look is for hints that were lost and for what a lost worker left behind.
    poll_interval_seconds: float = Field(5.0, gt=0)
    progress_interval_seconds: float = 0.25
    # Hints tell of cancel requests and settings at once; these looks are for hints that were lost.
    cancel_poll_seconds: float = Field(1.0, gt=0)
    control_poll_seconds: float = Field(15.0, gt=0)
    presence_interval_seconds: float = Field(5.0, gt=0)
    # How long running jobs may still finish when the worker is told to stop, before they are handed back.
    finish_grace_seconds: float = 2.0


S = TypeVar("S", bound=ServiceSettings)


def read_environment(settings: type[S], **given: object) -> S:
    """What is `given` wins over the environment. Raises BadSettings, which names every variable that is wrong."""
    try:
        return settings(**given)  # type: ignore[arg-type]  # it is checked in there
    except ValidationError as error:
        found = (f"{_variable_of(each['loc'])}: {_words(each['msg'])}" for each in error.errors())
        raise BadSettings("; ".join(found)) from None
    except SettingsError as error:
        # Of the variable, pydantic-settings tells no more than this.
        field = re.search(r'field "(\w+)"', str(error))
        raise BadSettings(
            f'{_variable_of(field.groups() if field else ())}: must be a JSON list such as ["…"]'
        ) from None


def _variable_of(place: tuple[Any, ...]) -> str:
    return f"KINOLOG_{str(place[0]).upper()}" if place else "The settings"


def _words(message: str) -> str:
    return message.removeprefix("Value error, ")
