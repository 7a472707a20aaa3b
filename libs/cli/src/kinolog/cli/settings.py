"""The supervisor's settings, from the environment; options of the command line override them."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kinolog.cli.errors import BadSetting


class SupervisorSettings(BaseSettings):
    """Environment variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_PORT`."""

    model_config = SettingsConfigDict(
        env_prefix="KINOLOG_",
        frozen=True,
        extra="ignore",
        validate_default=True,
        env_ignore_empty=True,
        allow_inf_nan=False,
    )

    data_dir: Path = Path("data")
    # 0 picks a free port.
    port: Annotated[int, Field(ge=0, le=65_535)] = 8420
    token: SecretStr | None = None
    secrets_keys: SecretStr | None = None
    # How often nats-server flushes to disk; anything but `always` may lose acknowledged events on power failure.
    sync_interval: Annotated[str, StringConstraints(pattern=r"^(always|[1-9][0-9]{0,5}(ms|s|m))$")] = "always"

    # How often nats-server is asked whether it can still write.
    nats_health_interval_seconds: Annotated[float, Field(gt=0)] = 5.0

    start_timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    # A part that ends this often before it was ever ready will not come up by itself.
    start_deaths_limit: Annotated[int, Field(ge=1)] = 3
    ready_poll_interval_seconds: Annotated[float, Field(gt=0)] = 0.1
    # Longer than the services' own grace; together with the one of nats-server below twenty seconds.
    stop_grace_seconds: Annotated[float, Field(ge=0)] = 14.0
    stop_stage_patience_seconds: Annotated[float, Field(ge=0)] = 4.0
    stop_nats_grace_seconds: Annotated[float, Field(ge=0)] = 4.0
    restart_backoff_first_seconds: Annotated[float, Field(gt=0)] = 0.5
    restart_backoff_most_seconds: Annotated[float, Field(gt=0)] = 15.0
    restart_backoff_reset_seconds: Annotated[float, Field(gt=0)] = 30.0
    # The demo gives up on a job that is silent for this long.
    demo_silence_limit_seconds: Annotated[float, Field(gt=0)] = 120.0
    log_line_limit_bytes: Annotated[int, Field(ge=80)] = 8_192
    log_backlog_lines: Annotated[int, Field(ge=1)] = 10_000

    @field_validator("data_dir")
    @classmethod
    def _fits_into_a_url(cls, folder: Path) -> Path:
        if any(character in "?#" or not character.isprintable() for character in str(folder)):
            raise ValueError("must not contain '?', '#' or control characters")
        return folder.expanduser().absolute()

    @field_validator("token")
    @classmethod
    def _fits_into_a_header(cls, token: SecretStr | None) -> SecretStr | None:
        # Not a pattern on the field: its error would repeat the secret.
        if token is not None and not is_token(token.get_secret_value()):
            raise ValueError("must be 1 to 512 letters, digits or any of . _ ~ + / = -")
        return token


def is_token(text: str) -> bool:
    return len(text) <= 512 and text != "" and all(c.isascii() and (c.isalnum() or c in "._~+/=-") for c in text)


def read_settings(**options: object) -> SupervisorSettings:
    """The environment, overridden by the options that are not None. Raises BadSetting naming each wrong one."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return SupervisorSettings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadSetting("; ".join(_one_line(problem["loc"], problem["msg"]) for problem in error.errors())) from None


def _one_line(location: tuple[int | str, ...], message: str) -> str:
    name = str(location[0])
    return f"KINOLOG_{name.upper()} (or --{name.replace('_', '-')}): {message.removeprefix('Value error, ')}"
