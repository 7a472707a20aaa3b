"""The environment of the ingest service."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from kinolog.common.media.settings import MediaSettings
from kinolog.common.sealing import SecretsKeys


def _listed(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


_Network = IPv4Network | IPv6Network
_Networks = Annotated[tuple[_Network, ...], NoDecode, BeforeValidator(_listed)]
_Ports = Annotated[tuple[Annotated[int, Field(ge=1, le=65_535)], ...], NoDecode, BeforeValidator(_listed)]

_Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class IngestSettings(MediaSettings):
    """Variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_MEDIA_MAX_PIXELS`."""

    # What is wrong is said without showing the rest, which holds secrets.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    # Separated by commas; any of them opens what the gateway has sealed.
    secrets_keys: SecretsKeys = SecretStr("")

    # Reading and hashing wait for the disk, so two jobs at once fill each other's gaps.
    ingest_slots: int = Field(2, ge=1)

    # Networks besides the public ones, and all ports, that downloads may come from; separated by commas.
    ingest_allowed_networks: _Networks = ()
    ingest_allowed_ports: _Ports = (80, 443)
    ingest_max_redirects: int = 5

    ingest_max_download_bytes: int = 64 * 1024**3
    ingest_connect_timeout_seconds: float = 10.0
    # From the look-up of the name to the end of the headers, for each redirect.
    ingest_answer_timeout_seconds: float = 30.0
    # Silence in the middle of a body.
    ingest_idle_timeout_seconds: float = 30.0
    # A server that sends less than this, averaged over a window, is given up for this attempt.
    ingest_lowest_speed_bytes_per_second: int = 1_024
    ingest_speed_window_seconds: float = 30.0

    # Where a server gives parts of a file, so many are fetched at once; each of them has at least this size.
    ingest_connections: Annotated[int, Field(ge=1, le=16)] = 4
    ingest_least_piece_bytes: Annotated[int, Field(ge=1)] = 8 * 1024**2

    # A broken connection is taken up again within the attempt, this often in a row without getting on.
    ingest_max_resumptions: int = 5
    ingest_resume_pause_seconds: float = 1.0
    # A server that says when to come back is believed up to this.
    ingest_longest_retry_after_seconds: float = 3_600.0
    # What was received by the last checkpoint outlives the worker.
    ingest_checkpoint_interval_seconds: float = 15.0

    # What one job may do on its way out, over all its connections; a long stream comes in thousands of pieces.
    egress_max_connections: int = 50_000
    egress_max_connections_at_once: int = 64
    # More than the largest file, for what encryption and repetition add.
    egress_max_connection_bytes: int = 72 * 1024**3
    egress_max_head_bytes: int = 64 * 1024
    egress_head_timeout_seconds: float = 10.0

    # Sites are read by yt-dlp. These are its names of those that may be, or patterns of names; separated by commas.
    site_extractors: _Names = ("default",)
    # Pieces of one stream that are fetched at once.
    site_connections: int = 4
    site_max_page_bytes: int = 64 * 1024**2
    site_look_timeout_seconds: float = 300.0
    site_look_cpu_seconds: int = 120
    site_fetch_timeout_seconds: float = 12 * 3_600.0
    site_fetch_cpu_seconds: int = 4 * 3_600
    # Also bounds how long joining a film's parts may say nothing.
    site_stall_seconds: float = 180.0
    site_memory_bytes: int = 2 * 1024**3

    # Every upload and download is followed by the job `analyze`.
    ingest_analyzes_new_videos: bool = True
    storyboard_tile_width_pixels: int = Field(160, ge=16, le=320)
    storyboard_columns: int = Field(10, ge=5, le=50)
    storyboard_max_tiles: int = Field(120, ge=1, le=400)
    storyboard_min_interval_seconds: float = Field(1.0, gt=0)
    # Films of up to that many frames are decoded in full, so that tiles show their very moments, not key frames before.
    storyboard_exact_frames: int = Field(1_000, ge=0)
    waveform_peaks_per_second: int = Field(20, ge=1, le=1_000)
    # Films of less than a minute and a half have more peaks a second, those of more than fifty minutes fewer.
    waveform_min_peaks: int = Field(1_800, ge=1)
    waveform_max_peaks: int = Field(60_000, ge=1_800)
    # Quieter than this for as long is a silence.
    silence_threshold_db: float = Field(-50.0, ge=-90, lt=0)
    silence_min_seconds: float = Field(0.5, ge=0.1)
    # All of them are counted, but of more only the longest are listed.
    silence_max_listed: int = Field(5_000, ge=1)
    analysis_timeout_seconds: float = 4 * 3600.0
    analysis_stall_seconds: float = 120.0
    analysis_cpu_seconds: int = 4 * 3600
    analysis_memory_bytes: int = 4 * 1024**3
    analysis_max_file_bytes: int = 64 * 1024**2
