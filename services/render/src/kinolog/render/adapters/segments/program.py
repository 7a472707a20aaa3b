"""The child program for the packets of a film in segments: `python -m kinolog.render.adapters.segments.program ERRAND`.

It runs apart because the bytes are a stranger's. ERRAND is a file of JSON. Answers are lines of JSON: any number of
`{"percent": …}`, then one `{"cut": …}`, `{"frames": …}` or `{"refused": …}`.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from kinolog.common.media.facts import MediaRefused
from kinolog.render.adapters.segments.cutting import cut
from kinolog.render.adapters.segments.errand import CutErrand, read_errand
from kinolog.render.adapters.segments.joining import join
from kinolog.render.domain.obstacle import PartialRefused
from kinolog.render.domain.segments_plan import SegmentsRefused


def main() -> None:
    try:
        answer = _run(Path(sys.argv[1]))
    except SegmentsRefused as refused:
        answer = {"refused": refused.reason}
    except (MediaRefused, PartialRefused) as refused:
        answer = {"refused": str(refused)}
    _say(answer)


def _run(path: Path) -> dict[str, object]:
    errand = read_errand(path)
    if isinstance(errand, CutErrand):
        return {"cut": asdict(cut(errand, _say_percent))}
    return {"frames": join(errand, _say_percent)}


def _say_percent(percent: float) -> None:
    _say({"percent": percent})


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
