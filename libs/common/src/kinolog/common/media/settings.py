"""Settings of the services that look into media files."""

from pydantic import Field

from kinolog.common.settings import WorkerSettings


class MediaSettings(WorkerSettings):
    # What downloads and renderings leave free of the disks that they write to, and how often they look while they do.
    storage_reserve_bytes: int = Field(512 * 1024**2, ge=0)
    storage_look_seconds: float = Field(1.0, gt=0)
    # 8K; a frame of it takes about 50 MB once decoded.
    media_max_pixels: int = 8192 * 4320
    media_max_streams: int = 16
    # Tracks of sound that whatever is made of a film takes along, the first ones.
    media_max_sounds: int = Field(8, ge=1)
    media_max_duration_seconds: float = 86_400.0
    inspect_timeout_seconds: float = 3_600.0
    inspect_stall_seconds: float = 60.0
    inspect_cpu_seconds: int = 1_800
    inspect_memory_bytes: int = 4 * 1024**3
    poster_width_pixels: int = 640
    # What a probe report lists at most, so that it never takes two megabytes.
    probe_max_streams: int = 64
    probe_max_chapters: int = 1_000
    probe_max_key_frames: int = 32_768
