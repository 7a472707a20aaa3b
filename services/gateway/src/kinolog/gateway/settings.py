"""What the gateway reads from its environment."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from kinolog.common.media.picture_settings import PictureSettings
from kinolog.common.sealing import SecretsKeys
from kinolog.common.settings import JobLimitSettings


class GatewaySettings(PictureSettings, JobLimitSettings):
    # What is wrong is said without showing the rest, which holds secrets.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = Field(8420, ge=0, le=65_535)
    # No default: a gateway that anybody may use is never started by accident.
    token: SecretStr = Field(min_length=1)
    # Besides the gateway's own address; browsers send it along with every WebSocket.
    allowed_origins: tuple[str, ...] = ()
    # Separated by commas: the first seals, any of them opens. Without one no secret is taken.
    secrets_keys: SecretsKeys = SecretStr("")
    max_secret_bytes: int = Field(256 * 1024, ge=1)

    # As in the render service, where it adds fonts; only whether it is set counts here. Unset, a style may name no font
    # but those that ship and those that were uploaded; otherwise the job finds out whether the font is there.
    render_fonts_dir: str = ""

    max_font_bytes: int = Field(20 * 1024**2, ge=1)
    # All of them are listed in one event, which may have 1 MiB.
    max_fonts: int = Field(100, ge=0, le=1_000)
    font_timeout_seconds: float = 60.0
    font_cpu_seconds: int = 30
    font_memory_bytes: int = 1024**3
    # Each takes a process while it is checked; others wait.
    font_slots: int = Field(2, ge=1)

    max_body_bytes: int = 1024 * 1024
    # Subtitles come as JSON: a file of that size or, as Base64, of three quarters of it. A film's karaoke has some MB.
    max_caption_bytes: int = Field(8 * 1024 * 1024, ge=1)
    max_upload_bytes: int = 64 * 1024**3
    # As in the workers: what uploads leave free of the disk that blobs are on.
    storage_reserve_bytes: int = Field(512 * 1024**2, ge=0)
    # What videos may take together: those of a project that has no quota of its own, and those of a caller; 0 is any.
    project_quota_bytes: int = Field(0, ge=0)
    caller_quota_bytes: int = Field(0, ge=0)
    # That much of a resumable upload may come in one request.
    upload_patch_bytes: int = 64 * 1024**3
    # A gateway that is killed loses that much of a request at most. Object stores want fewer, larger objects.
    upload_segment_bytes: int = Field(64 * 1024**2, ge=1)
    # An upload in more pieces than that was sent too thinly: listing them would cost more than their bytes.
    max_upload_pieces: int = 10_000
    max_open_uploads: int = 1_000
    # Counted from the last byte that came; how it ended is remembered for as long.
    upload_expiry_seconds: float = Field(24 * 3600.0, gt=0)
    upload_sweep_seconds: float = Field(600.0, gt=0)
    # How long the question where an upload stands waits for the request that it ends.
    upload_handover_seconds: float = 5.0
    max_header_bytes: int = 16 * 1024
    max_header_count: int = 100
    max_url_bytes: int = 8 * 1024
    max_connections: int = 4096
    # A sender that stops in mid-body is cut off after this long.
    body_idle_seconds: float = 30.0
    # How long open requests may go on once the gateway is told to stop.
    drain_seconds: int = 5
    # An early "no" waits this long for the sender to finish, since closing at once would lose the answer on its way.
    linger_seconds: float = 3.0

    catalog_timeout_seconds: float = 7.0
    # Frames that show how captions will look: how long one may take, how large it may be, how many are made at once.
    frame_wait_seconds: float = Field(15.0, gt=0, le=600)
    frame_most_bytes: int = Field(32 * 1024**2, ge=1)
    frames_asked_at_once: int = Field(8, ge=1)
    ring_size_events: int = 10_000
    ws_progress_queue_size: int = 256
    ws_send_timeout_seconds: float = 15.0
    ws_message_bytes: int = 64 * 1024
    sse_keepalive_seconds: float = 15.0
    presence_interval_seconds: float = 5.0
    # How long one request may go on changing all jobs that match; repeating it goes on where it stopped.
    bulk_seconds: float = 20.0
    # How many jobs of a batch, or of a change of many, are written at the same time.
    max_appends_in_flight: int = 64
