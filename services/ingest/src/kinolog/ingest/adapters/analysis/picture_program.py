"""The child program that makes pictures of one film: `python -m kinolog.ingest.adapters.analysis.picture_program TASK`.

It answers as `kinolog.common.media.tell` has it, with what it made: the files are where the task names them.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

from kinolog.common.media.opened import Opened, opened
from kinolog.common.media.poster import make_poster
from kinolog.common.media.tell import PercentTeller, tell
from kinolog.ingest.adapters.analysis.sheet import make_storyboard
from kinolog.ingest.adapters.analysis.tasks import PicturesTask


def main() -> None:
    task = PicturesTask.of(json.loads(sys.argv[1]))
    tell(lambda: pictures_of(task))


def pictures_of(task: PicturesTask) -> dict[str, Any]:
    """Raises MediaRefused."""
    with opened(task.question) as media:
        return {"poster": _poster(media, task), "storyboard": _storyboard(media, task)}


def _poster(media: Opened, task: PicturesTask) -> dict[str, Any] | None:
    poster = make_poster(media, task.duration, task.question) if task.question.poster_path else None
    return None if poster is None else asdict(poster)


def _storyboard(media: Opened, task: PicturesTask) -> dict[str, int] | None:
    if task.layout is None:
        return None
    tile = make_storyboard(media, task, task.layout, PercentTeller())
    return {"tile_width": tile.width, "tile_height": tile.height}


if __name__ == "__main__":
    main()
