"""The environment of the render service."""

from pydantic import DirectoryPath, Field

from kinolog.common.media.picture_settings import PictureSettings
from kinolog.common.media.settings import MediaSettings
from kinolog.common.settings import JobLimitSettings
from kinolog.render.domain.hardware import HardwareWish


class RenderSettings(MediaSettings, PictureSettings, JobLimitSettings):
    """Variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_ENCODE_PRESET`."""

    # Jobs at once; 0 leaves as many as have `slot_cores` and `slot_memory_bytes` each, and one at least. One encoder of
    # a full HD film keeps some eight cores busy, and one of a 4K film stays below 3 GiB.
    render_slots: int = Field(0, ge=0)
    slot_cores: int = Field(8, ge=1)
    slot_memory_bytes: int = Field(3 * 1024**3, ge=1)
    # A folder with more TrueType and OpenType fonts, for styles to name and for characters the shipped ones lack.
    render_fonts_dir: DirectoryPath | None = None
    # What copies of uploaded fonts may take together, in a folder of `work_dir`.
    render_font_cache_bytes: int = Field(512 * 1024**2, ge=0)

    # 2.8 times as fast as x264's own default, "medium", and smaller; quality is kept by the rate factor.
    encode_preset: str = "veryfast"
    encode_crf: int = 18
    encode_audio_kbps: int = 192
    # Of one job; 0 shares the cores that the service may use among its slots.
    encode_threads: int = Field(0, ge=0)

    # Which hardware encodes for jobs that ask for a GPU: any that is proved to work, none, or that of one vendor alone.
    render_hardware: HardwareWish = "auto"
    # Drivers whose version nobody tells are tried again after so long.
    hardware_believed_hours: float = Field(7 * 24.0, gt=0)
    hardware_try_seconds: float = Field(20.0, gt=0)
    # CUDA reserves addresses for all memory of the machine and its devices before it uses any.
    hardware_address_space_bytes: int = 8 * 1024**4

    # A film from this length on is encoded in segments: what is finished outlives a crash, and other workers help.
    long_film_seconds: float = Field(600.0, gt=0)
    segment_seconds: float = Field(180.0, gt=0)
    # Each is named, with all arguments of its encoder, in the job's checkpoint and in the video's record.
    segment_most: int = Field(64, ge=2, le=200)
    # How often a film in segments looks for free workers, and each of these whether it is still wanted.
    segment_look_seconds: float = Field(1.0, gt=0)

    encode_timeout_seconds: float = 12 * 3600.0
    encode_stall_seconds: float = 120.0
    # Until a trim reaches its start, frames are decoded without a sign; slower than this counts as a stall.
    encode_slowest_seek_speed: float = 0.5
    encode_cpu_seconds: int = 7 * 24 * 3600
    encode_memory_bytes: int = 16 * 1024**3
    encode_max_file_bytes: int = 1024**4

    # Above this share of frames to encode, joining the rest to them gains nothing over encoding all.
    partial_max_share: float = 0.5
    # Below this many pixels that need no encoding, the programs that join take longer to start than is gained.
    partial_min_saved_megapixels: int = 500
    # An index of that many takes some 30 MB; two million frames are 18 hours at 30 a second.
    partial_max_packets: int = 2_000_000
    # Each place that changes adds some 40 letters to one argument of ffmpeg, which may have 128 Ki of them.
    partial_max_runs: int = 2_000

    # How many programs look at a film for scenes at once, piece by piece; 0 takes every core there is.
    scene_workers: int = 0
    # Shorter pieces cost more to begin than they save.
    scene_segment_seconds: float = 5.0
    # What two programs both look at where their pieces meet, to be sure that they fit.
    scene_overlap_seconds: float = 1.0
    scene_memory_bytes: int = 4 * 1024**3
    scene_max_file_bytes: int = 1024**3

    # What of a film is encoded to find the quality for all of it: samples of so many seconds, evenly spread.
    compress_sample_seconds: float = Field(2.0, gt=0)
    compress_max_samples: int = Field(8, ge=1, le=32)
    # Six trials tell apart all qualities between these two, on the scale of x264's rate factor.
    compress_max_trials: int = Field(6, ge=1)
    compress_best_quality: int = Field(12, ge=0, le=25)
    compress_least_quality: int = Field(44, ge=26, le=51)
    # Slower than `encode_preset`: who compresses wants small files.
    compress_preset: str = "fast"

    # Frames for people who look at captions: how many are made at once beside jobs, and what one may take.
    frames_at_once: int = Field(2, ge=1)
    frame_threads: int = Field(4, ge=1)
    frame_timeout_seconds: float = Field(30.0, gt=0)
    frame_max_picture_bytes: int = Field(32 * 1024**2, ge=1)
    # Where blobs are not local, a film is fetched for each frame; larger ones are refused.
    frame_max_fetched_bytes: int = Field(256 * 1024**2, ge=0)
    # Captions stand over each other by what showed before; further back than that is not looked.
    frame_lead_seconds: float = Field(10.0, ge=0)

    # Silences that one job takes out, the longest ones: expressions of ffmpeg tell some ninety parts of a film apart.
    silence_max_removed: int = Field(60, ge=1, le=80)
