"""An errand as a file of JSON. By hand, since a library for that takes longer to load than a short film to join."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kinolog.common.media.chapters import Chapter
from kinolog.common.media.facts import Question, SoundLabel
from kinolog.render.domain.errand import Errand, KeptSound, KeptTrack
from kinolog.render.domain.packets import PictureTrack
from kinolog.render.domain.partial import Copied, PartialPlan, Piece, Renewed


def write_errand(errand: Errand, path: Path) -> None:
    path.write_text(json.dumps(asdict(errand), default=str), "utf-8")


def read_errand(path: Path) -> Errand:
    written = json.loads(path.read_text("utf-8"))
    track, plan, sound = written["track"], written["plan"], written["sound"]
    known = {
        "question": Question(**written["question"]),
        "folder": Path(written["folder"]),
        "track": track and track_of(track),
        "plan": plan and _plan_of(plan),
        "spans": tuple((start, end) for start, end in written["spans"]),
        "sound": sound and sound_of(sound),
    }
    return Errand(**{**written, **known})


def track_of(written: dict[str, Any]) -> PictureTrack:
    return PictureTrack(**{**written, "rate": tuple(written["rate"])})


def sound_of(written: dict[str, Any]) -> KeptSound:
    tracks = tuple(KeptTrack(stream=each["stream"], label=SoundLabel(**each["label"])) for each in written["tracks"])
    return KeptSound(**{**written, "path": Path(written["path"]), "tracks": tracks})


def _plan_of(written: dict[str, Any]) -> PartialPlan:
    pieces = tuple(_piece_of(piece) for piece in written["pieces"])
    return PartialPlan(
        pieces=pieces,
        windows=tuple((start, end) for start, end in written["windows"]),
        chapters=tuple(Chapter(**each) for each in written["chapters"]),
    )


def _piece_of(written: dict[str, Any]) -> Piece:
    if "shown" in written:
        return Renewed(**{**written, "shown": tuple(written["shown"])})
    return Copied(**written)
