"""What the metadata of a resumable upload ask for. Keys that mean nothing here are only shown to the caller again."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from kinolog.common.fields import Title
from kinolog.common.jobs.ingest import Sha256
from kinolog.gateway.filename import clean_filename
from kinolog.gateway.translation import problem_of_validation
from kinolog.gateway.uploads.tus_headers import metadata_of


class UploadWish(BaseModel):
    """`sha256` is what the caller says the whole file's hash is."""

    model_config = ConfigDict(frozen=True)

    project_id: str
    filename: Annotated[str, AfterValidator(clean_filename)] = clean_filename(None)
    title: Title | None = None
    pipeline: Literal["caption-and-burn"] | None = None
    sha256: Sha256 | None = None


def wish_of(metadata: str) -> UploadWish:
    """Raises the problem `validation` for the header `Upload-Metadata`, or for what it lacks."""
    told = {key: text for key, text in metadata_of(metadata).items() if text}
    try:
        return UploadWish.model_validate(told)
    except ValidationError as error:
        raise problem_of_validation(error.errors()) from error
