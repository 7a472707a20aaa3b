"""The stored form of a film's scenes: a JSON blob that carries its version, written piece by piece."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Final

from kinolog.render.domain.curve import Curve
from kinolog.render.domain.scenes import Rule, Scene

SCENES_MEDIA_TYPE: Final = "application/json"
_NUMBERS_AT_ONCE: Final = 4096


def scenes_to_json(rule: Rule, scenes: Sequence[Scene], curve: Curve) -> Iterator[bytes]:
    """Scenes first, so that whoever wants no more need not read on. Times in seconds, one score a frame."""
    head = {"version": 1, **asdict(rule), "scenes": [asdict(scene) for scene in scenes]}
    yield json.dumps(head).removesuffix("}").encode()
    yield b', "curve": {"times": ['
    yield from _numbers(curve.times, 6)
    yield b'], "scores": ['
    yield from _numbers(curve.scores, 3)
    yield b"]}}"


def _numbers(numbers: Iterable[float], digits: int) -> Iterator[bytes]:
    remaining, comma = iter(numbers), ""
    while some := list(islice(remaining, _NUMBERS_AT_ONCE)):
        yield (comma + ",".join(str(round(number, digits)) for number in some)).encode()
        comma = ","
