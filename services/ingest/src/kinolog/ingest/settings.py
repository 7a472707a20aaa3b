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


class IngestSettings(MediaSettings):
    """Variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_MEDIA_MAX_PIXELS`."""

    # What is wrong is said without showing the rest, which holds secrets.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    # Separated by commas; any of them opens what the gateway has sealed.
    secrets_keys: SecretsKeys = SecretStr("")

    # Reading and hashing wait for the disk, so two jobs at once fill each other's gaps.
    ingest_slots: int = 2

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
