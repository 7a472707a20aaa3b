"""Field types for everything that comes from outside: bounded, finite, free of control characters."""

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

INT64_MAX: Final = 2**63 - 1


def _plain_text(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("must not contain control characters")
    return unicodedata.normalize("NFC", text)


def _plain_lines(text: str) -> str:
    for line in text.replace("\r\n", "\n").split("\n"):
        _plain_text(line.replace("\t", " "))
    return unicodedata.normalize("NFC", text)


_Trimmed = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)

Title = Annotated[str, _Trimmed, AfterValidator(_plain_text)]
SearchText = Annotated[str, _Trimmed, AfterValidator(_plain_text)]
Description = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(_plain_lines)]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_plain_text)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Priority = Annotated[int, Field(strict=True, ge=-INT64_MAX, le=INT64_MAX)]
Seconds = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
SizeBytes = Annotated[int, Field(strict=True, ge=0, le=INT64_MAX)]


class Request(BaseModel):
    """The base of everything a caller sends: unknown fields are refused, never dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
