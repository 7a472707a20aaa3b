"""What a child program is to do for a film in segments: plain values that travel as JSON.

By hand, since a library for that takes longer to load than a film to cut.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from kinolog.common.media.chapters import Chapter
from kinolog.common.media.facts import Question
from kinolog.render.adapters.partial.errand_file import sound_of
from kinolog.render.domain.errand import KeptSound
from kinolog.render.domain.segments_plan import Border, FilmCut

Paths: TypeAlias = tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutErrand:
    """Find key frames about `moments`, in seconds of the film."""

    question: Question
    moments: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinErrand:
    """Write `output`, a file of `muxer`, from the segments and the sound. The limits are those of `question`."""

    question: Question
    cut: FilmCut
    frame_count: int
    segments: Paths
    sound: KeptSound | None
    muxer: str
    output: Path
    chapters: tuple[Chapter, ...] = ()


def write_errand(errand: CutErrand | JoinErrand, path: Path) -> Path:
    """The path, absolute."""
    path.write_text(json.dumps({"kind": type(errand).__name__, **asdict(errand)}, default=str), "utf-8")
    return path.absolute()


def read_errand(path: Path) -> CutErrand | JoinErrand:
    written: dict[str, Any] = json.loads(path.read_text("utf-8"))
    question, kind = Question(**written.pop("question")), written.pop("kind")
    if kind == CutErrand.__name__:
        return CutErrand(question=question, moments=tuple(written["moments"]))
    sound = written["sound"]
    return JoinErrand(
        question=question,
        cut=cut_of(written["cut"]),
        frame_count=written["frame_count"],
        segments=tuple(Path(each) for each in written["segments"]),
        sound=sound and sound_of(sound),
        muxer=written["muxer"],
        output=Path(written["output"]),
        chapters=tuple(Chapter(**each) for each in written["chapters"]),
    )


def cut_of(written: dict[str, Any]) -> FilmCut:
    numerator, denominator = written["tick"]
    borders = tuple(Border(**each) for each in written["borders"])
    return FilmCut(**{**written, "tick": (numerator, denominator), "borders": borders})
