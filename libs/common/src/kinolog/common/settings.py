"""Settings that every service reads from its environment: one frozen class, checked before anything starts."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Environment variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_NATS_URL`."""

    model_config = SettingsConfigDict(env_prefix="KINOLOG_", frozen=True, extra="ignore")

    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str | None = None
    nats_password: SecretStr | None = None
    blobs_url: str = f"file://{Path('data/blobs').absolute()}"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    # What a killed process left of a blob is removed at the next start, once it has not grown for this long. No writer
    # is silent for so long, even by a clock that is an hour wrong.
    blob_leftover_hours: float = Field(6.0, gt=0)
    # Longer than a NATS restart, shorter than a caller's patience.
    log_deadline_seconds: float = 8.0
    # Appends that are under way together leave in one atomic batch where that is cheaper. Beyond 200 events a batch
    # gets slower in step with its size; the server takes 1,000.
    append_group_max_events: int = Field(200, ge=1, le=1_000)
    # Half of what the client holds back while it is disconnected.
    append_group_max_bytes: int = Field(1_048_576, ge=1)
    # How often the dearer way is measured anew, since disks and loads change.
    append_trial_interval_seconds: float = 5.0


class JobLimitSettings(ServiceSettings):
    """How much one job may ask for. Gateways refuse more before there is a job; what workers take, theirs decide."""

    # Windows that one trim may name: each adds filters to a graph, or a video to a commit.
    trim_max_ranges: int = 80
    # All clips of a job appear in one commit of at most a thousand events, and each may bring a poster and captions.
    split_max_clips: int = 300
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
    lease_seconds: float = 30.0
    # Hints tell of new jobs at once; this look is for hints that were lost and for what a lost worker left behind.
    poll_interval_seconds: float = 5.0
    progress_interval_seconds: float = 0.25
    # Hints tell of cancel requests and settings at once; these looks are for hints that were lost.
    cancel_poll_seconds: float = 1.0
    control_poll_seconds: float = 15.0
    presence_interval_seconds: float = 5.0
    # How long running jobs may still finish when the worker is told to stop, before they are handed back.
    finish_grace_seconds: float = 2.0
