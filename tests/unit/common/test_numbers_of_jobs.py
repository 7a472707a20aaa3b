"""A decimal number in what a job takes is a number: neither `true` nor a text with digits in it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from kinolog.common.jobs import JOB_TYPES

# A job type, and its input with N in the place of a number.
INPUTS = [
    ("trim", '{"start_time": N, "end_time": 9}'),
    ("trim", '{"ranges": [{"start_time": N, "end_time": 9}]}'),
    ("split_fixed", '{"interval": N}'),
    ("split_fixed", '{"times": [N]}'),
    ("split_scenes", '{"threshold": N}'),
    ("split_scenes", '{"min_scene_len": N}'),
    ("preview", '{"start_time": N}'),
    ("caption", '{"temperatures": [0, N]}'),
    ("caption", '{"voice_detection": {"pad_seconds": N}}'),
    ("transcode", '{"quality": N}'),
    ("transcode", '{"frame_rate": N}'),
    ("reframe", '{"aspect": "9:16", "x": N}'),
    ("remove_silence", '{"margin_seconds": N}'),
]
each_input = pytest.mark.parametrize(("job_type", "template"), INPUTS)


def read(job_type: str, template: str, number: str) -> dict[str, Any]:
    given = json.loads(template.replace("N", number))
    return JOB_TYPES[job_type].input_model.model_validate(given).model_dump(mode="json")


@each_input
@pytest.mark.parametrize("number", ["true", '"1"', '" 1.0 "'])
def test_what_only_reads_like_a_number_is_refused(job_type: str, template: str, number: str) -> None:
    with pytest.raises(ValidationError, match="should be a valid number"):
        read(job_type, template, number)


@each_input
def test_a_whole_number_is_one_and_is_read_again_as_it_was_stored(job_type: str, template: str) -> None:
    stored = read(job_type, template, "1")
    assert stored == read(job_type, json.dumps(stored), "N")
