"""What may be asked of a trim, and how a wish that makes no sense is answered."""

from typing import Any

import pytest
from pydantic import ValidationError

from kinolog.common.jobs import TrimInput

TWO: dict[str, Any] = {"ranges": [{"start_time": 1, "end_time": 2}, {"start_time": 3, "end_time": 4}]}


def test_one_window_can_be_named_without_ranges() -> None:
    assert ((1.0, 2.0),) == TrimInput(start_time=1, end_time=2).windows


def test_several_windows_are_named_by_ranges() -> None:
    assert ((1.0, 2.0), (3.0, 4.0)) == TrimInput(**TWO).windows


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({}, "start_time", "must be given, or ranges"),
        ({"start_time": 1}, "end_time", "must be given, or ranges"),
        ({**TWO, "start_time": 1}, "start_time", "must be left out"),
        ({"ranges": []}, "ranges", "at least 1 item"),
        ({"ranges": [{"start_time": 1, "end_time": 1}]}, "ranges.0", "end_time must be at least 0.04 s after"),
        ({"ranges": [*TWO["ranges"], {"start_time": 3.5, "end_time": 5}]}, "", "ranges.2.start_time must not be"),
        ({**TWO, "result": "replace", "title": "New"}, "", "title must be left out"),
        ({**TWO, "mode": "quick"}, "mode", "'exact' or 'fast'"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(given: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refused:
        TrimInput(**given)
    assert field == ".".join(map(str, refused.value.errors()[0]["loc"]))
