"""What people may set while the platform runs: the settings by name, and what each holds."""

from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.aggregates import SETTING
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.fields import SizeBytes
from kinolog.common.log import EventLog, load

_OF_SECRETS: Final = "secret."


class Control(BaseModel):
    """The value of one setting. The defaults are what holds while nothing is set."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class QueueControl(Control):
    """A paused queue takes jobs but starts none."""

    is_paused: bool = False


class WorkerControl(Control):
    """A draining worker finishes what it runs and takes nothing new."""

    is_draining: bool = False


class ProjectShare(Control):
    """How much of the workers a project gets while others want them too, and how many of its jobs may run at once."""

    weight: Annotated[float, Field(strict=True, ge=0.01, le=1_000)] = 1.0
    max_running: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None


class ProjectQuota(Control):
    """How many bytes the videos of a project may have together: 0 is any number, None the default of the platform."""

    quota_bytes: SizeBytes | None = None


C = TypeVar("C", bound=Control)


def queue_setting(queue: str) -> str:
    return f"queue.{queue}"


def worker_setting(worker_id: str) -> str:
    return f"worker.{worker_id}"


def share_setting(project_id: str) -> str:
    return f"project.{project_id}.share"


def quota_setting(project_id: str) -> str:
    return f"project.{project_id}.quota"


def secret_setting(name: str) -> str:
    """What it holds is for `sealing` to say."""
    return f"{_OF_SECRETS}{name}"


def secret_name(setting: str) -> str | None:
    """The name of the secret that a setting holds; None where it holds something else."""
    return setting.removeprefix(_OF_SECRETS) if setting.startswith(_OF_SECRETS) else None


async def read_control(log: EventLog, control: type[C], name: str) -> C:
    """What is set at present, or the defaults."""
    value, _ = await read_versioned_control(log, control, name)
    return value


async def read_versioned_control(log: EventLog, control: type[C], name: str) -> tuple[C, int]:
    """What is set at present, or the defaults, and the version of the setting's last event; 0 where it has none."""
    loaded = await load(log, SETTING, setting_id(name))
    value = loaded.state.value if loaded.state is not None else None
    return control.model_validate({} if value is None else value), loaded.version
