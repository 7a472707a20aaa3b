"""What an attempt has heard already, in the words of its checkpoint: the next one goes on from there."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from kinolog.common.events import BlobRef
from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.domain.transcript import Part

_STATE: Final = "heard"
# Another number makes what older releases kept unreadable, on purpose.
_FORMAT: Final = 1
# How words become captions has no say in what is heard.
_WITHOUT_SAY: Final = {"word_level", "reading"}

_PART: Final = TypeAdapter(Part)


class _State(BaseModel):
    model_config = ConfigDict(frozen=True)

    digest: str
    seconds: float
    language: str
    parts: tuple[BlobRef, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished part, and the blob that it is kept in."""

    blob: BlobRef
    part: Part


def digest_of(source: BlobRef, job: CaptionInput) -> str:
    """The same for the same sound listened to with the same options."""
    wishes = job.model_dump(mode="json", exclude=_WITHOUT_SAY)
    meaning = json.dumps([_FORMAT, source.sha256, wishes], sort_keys=True)
    return hashlib.sha256(meaning.encode()).hexdigest()


def checkpoint_of(digest: str, kept: list[Kept]) -> dict[str, Any]:
    """Raises IndexError where nothing is kept."""
    last = kept[-1].part
    state = _State(
        digest=digest, seconds=last.end, language=last.spoken.language, parts=tuple(each.blob for each in kept)
    )
    return {_STATE: state.model_dump(mode="json")}


def parts_kept(checkpoint: dict[str, Any] | None, digest: str) -> tuple[BlobRef, ...]:
    """The blobs of the parts in order; none where the checkpoint is of something else."""
    try:
        state = _State.model_validate((checkpoint or {}).get(_STATE))
    except ValidationError:
        return ()  # There is none, or one of another release.
    return state.parts if state.digest == digest else ()


def part_to_json(part: Part) -> bytes:
    return _PART.dump_json(part)


def part_from_json(text: bytes) -> Part:
    """Raises ValidationError."""
    return _PART.validate_json(text)
