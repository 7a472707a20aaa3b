"""How imports go about their work, from the environment; options of the command line override them."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kinolog.cli.errors import BadSetting


class ImportSettings(BaseSettings):
    """Environment variables are the field names in capitals after `KINOLOG_IMPORT_`."""

    model_config = SettingsConfigDict(
        env_prefix="KINOLOG_IMPORT_", frozen=True, extra="ignore", env_ignore_empty=True, allow_inf_nan=False
    )

    # Files that are taken in at once.
    jobs: Annotated[int, Field(ge=1, le=32)] = 2
    # A file in a watched folder is whole once it has not changed for this long.
    settle_seconds: Annotated[float, Field(gt=0)] = 5.0
    poll_seconds: Annotated[float, Field(gt=0)] = 2.0
    # How long a platform that does not answer is waited for; a watch waits for ever.
    patience_seconds: Annotated[float, Field(ge=0)] = 120.0
    retry_pause_seconds: Annotated[float, Field(gt=0)] = 1.0
    # From the last byte of a file to the platform's answer, and from there to the end of the upload's job.
    answer_timeout_seconds: Annotated[float, Field(gt=0)] = 600.0
    job_timeout_seconds: Annotated[float, Field(gt=0)] = 7_200.0
    job_poll_seconds: Annotated[float, Field(gt=0)] = 0.25
    # A list of projects is read as a whole.
    export_max_bytes: Annotated[int, Field(ge=1)] = 64 * 1024**2
    # What an old library says of a video may differ by this much from what its file says.
    duration_tolerance_seconds: Annotated[float, Field(ge=0)] = 0.5
    earliest_year: Annotated[int, Field(ge=1970)] = 1990
    # The videos of an old library are followed by the job `analyze`, as every upload is.
    analyzes_new_videos: bool = True


def read_import_settings(**options: Any) -> ImportSettings:
    """The environment, overridden by the options that are not None. Raises BadSetting naming each wrong one."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return ImportSettings(**given)
    except ValidationError as error:
        raise BadSetting("; ".join(_one_line(problem["loc"], problem["msg"]) for problem in error.errors())) from None


def existing(path: Path, option: str) -> Path:
    """The path in full. Raises BadSetting where nothing is there."""
    full = path.expanduser().absolute()
    if not full.exists():
        raise BadSetting(f"{option} {path}: there is no such file or folder")
    return full


def _one_line(location: tuple[int | str, ...], message: str) -> str:
    name = str(location[0])
    return f"KINOLOG_IMPORT_{name.upper()} (or --{name.replace('_', '-')}): {message}"
