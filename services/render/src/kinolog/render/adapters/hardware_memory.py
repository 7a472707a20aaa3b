"""What was found out about this machine's hardware, kept in a file: proving it anew at each start takes seconds."""

import os
import platform
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import imageio_ffmpeg
import structlog
from pydantic import AwareDatetime, BaseModel, ValidationError

from kinolog.common.clock import Clock, system_clock
from kinolog.render.domain.hardware import Hardware

_DRIVERS: Final = (Path("/proc/driver/nvidia/version"), Path("/sys/module/nvidia/version"))
_DEVICES: Final = (Path("/dev/dri"), Path("/dev"))
_DEVICE_NAMES: Final = ("renderD", "nvidia", "dxg", "kfd")

_logger: Final = structlog.get_logger(__name__)


class _Remembered(BaseModel):
    machine: str
    at: AwareDatetime
    hardware: Hardware


@dataclass(frozen=True, slots=True)
class HardwareMemory:
    """`file` holds for one program, driver and set of devices, and for so long: nothing else tells of a new library."""

    file: Path
    hours: float
    clock: Clock = system_clock

    def recall(self, machine: str) -> Hardware | None:
        """None for what was found on another machine, or too long ago, or cannot be read."""
        try:
            remembered = _Remembered.model_validate_json(self.file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            _logger.warning("Cannot read what hardware there was", file=str(self.file), error=repr(error))
            return None
        is_fresh = self._age(remembered.at) < timedelta(hours=self.hours)
        return remembered.hardware if is_fresh and remembered.machine == machine else None

    def keep(self, machine: str, hardware: Hardware) -> None:
        text = _Remembered(machine=machine, at=self.clock(), hardware=hardware).model_dump_json(indent=1)
        written = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(text)
            written.replace(self.file)
        except OSError as error:
            _logger.warning("Cannot keep what hardware there is", file=str(self.file), error=repr(error))

    def _age(self, at: datetime) -> timedelta:
        return abs(self.clock() - at)


def machine_now(wish: str) -> str:
    """What a finding depends on, in a line: program, kernel, driver, devices, and what was looked for."""
    drivers = " ".join(path.read_text().strip().splitlines()[0] for path in _DRIVERS if path.is_file())
    parts = (imageio_ffmpeg.get_ffmpeg_version(), platform.platform(), drivers, *device_files(), wish)
    return " | ".join(filter(None, parts))


def device_files() -> tuple[str, ...]:
    found = (path for folder in _DEVICES if folder.is_dir() for path in folder.iterdir())
    return tuple(sorted(str(path) for path in found if path.name.startswith(_DEVICE_NAMES)))


def render_nodes() -> tuple[str, ...]:
    """The device files that VAAPI and Quick Sync work with."""
    return tuple(path for path in device_files() if "/renderD" in path)
