"""The child program that handles one film's packets: `python -m kinolog.render.adapters.partial.program ERRAND`.

It runs apart because the bytes are a stranger's. ERRAND is a file of JSON. Answers are lines of JSON: any number of
`{"percent": …}`, then one `{"track": …}`, `{"done": true}` or `{"refused": {"obstacle": …, "detail": …}}`. Joining goes
on after its percents with `{"joined": true}`, and ends with the last of any number of `{"examined": …}`, percents too.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from kinolog.common.media.facts import MediaRefused
from kinolog.render.adapters.partial.errand_file import read_errand
from kinolog.render.adapters.partial.feeding import feed_encoder
from kinolog.render.adapters.partial.index_files import read_index
from kinolog.render.adapters.partial.indexing import index_film
from kinolog.render.adapters.partial.joining import join
from kinolog.render.adapters.partial.verifying import verify
from kinolog.render.domain.errand import Errand, Places
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PictureTrack
from kinolog.render.domain.partial import PartialPlan, plan_overlay


def main() -> None:
    errand = read_errand(Path(sys.argv[1]))
    try:
        answer = _run(errand)
    except PartialRefused as refused:
        answer = {"refused": {"obstacle": refused.obstacle, "detail": refused.detail}}
    except MediaRefused as refused:
        answer = {"refused": {"obstacle": Obstacle.DAMAGED, "detail": refused.message}}
    _say(answer)


def _run(errand: Errand) -> dict[str, object]:
    if errand.track is None or errand.plan is None:
        return {"track": asdict(_indexed(errand))}
    if errand.action == "feed":
        feed_encoder(errand, errand.track, errand.plan, _say_percent)
        return {"done": True}
    _join(errand, errand.track, errand.plan)
    return {"examined": 100.0}


def _indexed(errand: Errand) -> PictureTrack:
    """Feeding comes right after, where it is known what for: to start once more for it takes longer than to do it."""
    track = index_film(errand, _say_percent)
    if errand.spans:
        index = read_index(track, Places(folder=errand.folder))
        index.refuse_flaws()
        feed_encoder(errand, track, plan_overlay(index, errand.spans), _say_percent)
    return track


def _join(errand: Errand, track: PictureTrack, plan: PartialPlan) -> None:
    """And examine what was joined: that takes a program less, and the file can be looked into meanwhile."""
    join(errand, track, plan, _say_percent)
    _say({"joined": True})
    verify(errand, track, plan, lambda percent: _say({"examined": percent}))


def _say_percent(percent: float) -> None:
    _say({"percent": percent})


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
