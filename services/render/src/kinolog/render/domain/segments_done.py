"""What of a film in segments is finished, as a job's checkpoint tells it to the next attempt."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from kinolog.common.events import BlobRef
from kinolog.common.events.rendering import SourceUsed
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.segments_plan import FilmCut
from kinolog.render.domain.work import Encoded

SOUND: Final = "sound"
_STATE: Final = "segments"


def fingerprint(
    recipe: Recipe,
    cut: FilmCut,
    used: tuple[SourceUsed, ...],
    belongings: Mapping[str, str],
    programs: Mapping[str, str],
) -> str:
    """What was finished is only good for the very same film, of the same sources, made in the same way."""
    known = (asdict(recipe), asdict(cut), [source.model_dump() for source in used], dict(belongings), dict(programs))
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Finished:
    """A segment, or the sound, and how it came about."""

    blob: BlobRef
    encoded: Encoded

    def as_json(self) -> dict[str, Any]:
        return {"blob": self.blob.model_dump(), "encoded": asdict(self.encoded)}

    @classmethod
    def of_json(cls, written: dict[str, Any]) -> "Finished":
        return cls(BlobRef.model_validate(written["blob"]), encoded_of(written["encoded"]))


def encoded_of(written: dict[str, Any]) -> Encoded:
    return Encoded(**{**written, "arguments": tuple(written["arguments"])})


@dataclass(slots=True)
class Progressed:
    """The finished parts by their names: the number of a segment, or `sound`. `lent` are the jobs that make others."""

    fingerprint: str
    parts: dict[str, Finished] = field(default_factory=dict)
    lent: dict[int, str] = field(default_factory=dict)

    @classmethod
    def resumed(cls, fingerprint: str, checkpoint: dict[str, Any] | None) -> "Progressed":
        """Nothing is finished where the last attempt made something else."""
        state = (checkpoint or {}).get(_STATE, {})
        if state.get("fingerprint") != fingerprint:
            return cls(fingerprint)
        parts = {name: Finished.of_json(each) for name, each in state["parts"].items()}
        return cls(fingerprint, parts, {int(number): job_id for number, job_id in state["lent"].items()})

    def checkpoint(self) -> dict[str, Any]:
        parts = {name: each.as_json() for name, each in self.parts.items()}
        lent = {str(number): job_id for number, job_id in self.lent.items()}
        return {_STATE: {"fingerprint": self.fingerprint, "parts": parts, "lent": lent}}
