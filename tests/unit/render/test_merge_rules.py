"""What a merge takes, and how captions of joined films go together."""

from typing import Any

import pytest
from pydantic import ValidationError

from kinolog.common.jobs import MergeInput
from kinolog.common.subtitles import Cue
from kinolog.render.domain.joined_captions import joined_cues

ONE, OTHER = "vid_" + "1" * 32, "vid_" + "2" * 32


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"video_ids": []}, "video_ids"),
        ({"video_ids": [ONE]}, "video_ids must name at least two videos"),
        ({"video_ids": [ONE, "cap_" + "1" * 32]}, "must be the id of a video"),
        ({"video_ids": [ONE, "../etc/passwd"]}, "must be the id of a video"),
        ({"video_ids": [ONE, OTHER], "width": 321}, "width"),
        ({"video_ids": [ONE, OTHER], "frame_rate": 0}, "frame_rate"),
        ({"video_ids": [ONE, OTHER], "filter": "movie=/etc/passwd"}, "filter"),
    ],
)
def test_a_merge_of_what_cannot_be_joined_is_refused(wishes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MergeInput.model_validate(wishes)


def test_one_video_with_an_intro_is_enough() -> None:
    job = MergeInput(video_ids=(ONE,), intro_video_id=OTHER)
    assert (("intro_video_id", OTHER), ("video_ids.0", ONE)) == job.named_videos


def test_cues_come_at_the_moments_of_their_film_and_end_with_it() -> None:
    late, whole = Cue(start=1.0, end=9.0, text="late"), Cue(start=0.0, end=1.0, text="whole")
    cues = joined_cues([(0.0, 2.0, [late]), (2.5, 4.0, [whole])])
    assert [(1.0, 2.0, "late"), (2.5, 3.5, "whole")] == [(cue.start, cue.end, cue.text) for cue in cues]


def test_a_cue_after_the_end_of_its_film_is_not_shown_in_the_next() -> None:
    assert () == joined_cues([(0.0, 2.0, [Cue(start=3.0, end=4.0, text="beyond")])])
