"""The stored form of cues: a JSON blob that carries its version."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from kinolog.common.subtitles.cue import Cue

CUES_MEDIA_TYPE: Final = "application/json"


class _StoredCues(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: Literal[1]
    cues: tuple[Cue, ...]


def cues_to_json(cues: tuple[Cue, ...]) -> bytes:
    return _StoredCues(version=1, cues=cues).model_dump_json().encode()


def cues_from_json(content: bytes) -> tuple[Cue, ...]:
    """Raises ValueError for anything but what `cues_to_json` of this or an older release wrote."""
    return _StoredCues.model_validate_json(content).cues
