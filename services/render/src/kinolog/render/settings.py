"""The environment of the render service."""

from pydantic import DirectoryPath

from kinolog.common.media.settings import MediaSettings


class RenderSettings(MediaSettings):
    """Variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_ENCODE_PRESET`."""

    # One encoder keeps every core busy.
    render_slots: int = 1
    # A folder with more TrueType and OpenType fonts, for styles to name and for characters the shipped ones lack.
    render_fonts_dir: DirectoryPath | None = None

    # 2.8 times as fast as x264's own default, "medium", and smaller; quality is kept by the rate factor.
    encode_preset: str = "veryfast"
    encode_crf: int = 18
    encode_audio_kbps: int = 192
    # 0 leaves the number to x264.
    encode_threads: int = 0

    encode_timeout_seconds: float = 12 * 3600.0
    encode_stall_seconds: float = 120.0
    # Until a trim reaches its start, frames are decoded without a sign; slower than this counts as a stall.
    encode_slowest_seek_speed: float = 0.5
    encode_cpu_seconds: int = 7 * 24 * 3600
    encode_memory_bytes: int = 16 * 1024**3
    encode_max_file_bytes: int = 1024**4
