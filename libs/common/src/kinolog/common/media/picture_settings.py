"""Settings of the services that look into pictures."""

from pydantic import Field

from kinolog.common.settings import ServiceSettings


class PictureSettings(ServiceSettings):
    picture_max_bytes: int = Field(32 * 1024**2, ge=1)
    # Decoded, a pixel takes four bytes, and twice that while it is turned or converted.
    picture_max_pixels: int = Field(50_000_000, ge=1)
    picture_timeout_seconds: float = 30.0
    picture_cpu_seconds: int = 30
    picture_memory_bytes: int = 2 * 1024**3
    # Each takes a process while it is looked into; others wait.
    picture_slots: int = Field(2, ge=1)
