"""A film of three chapters through every operation: which chapters come out, and when."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import av
import pytest

from kinolog.render.settings import RenderSettings

HOSTILE: Final = "a=b; #c \\ [CHAPTER]"
WHOLE: Final = [(0.0, 1.5, "One"), (1.5, 2.5, HOSTILE), (2.5, 4.0, "Three")]
SEGMENTS: Final = RenderSettings(encode_preset="ultrafast", long_film_seconds=2, segment_seconds=1)
TWO_RANGES: Final = [{"start_time": 0.48, "end_time": 1.0}, {"start_time": 2.0, "end_time": 3.0}]

Chapters = list[tuple[float, float, str]]


Render = Callable[..., Awaitable[tuple[Any, Path]]]


def chapters_in(file: Path) -> Chapters:
    with av.open(str(file)) as film:
        told = [(each, float(each["time_base"] or 0)) for each in film.chapters()]
        return [
            (round(each["start"] * tick, 2), round(each["end"] * tick, 2), each["metadata"]["title"])
            for each, tick in told
        ]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("burn", {"until": 0.6}),
        ("burn", {"until": 3.9}),
        ("transcode", {"height": 90}),
        ("transcode", {"profile": "vp9", "height": 90}),
        ("compress", {"target_quality": 60}),
        ("normalize_audio", {}),
        ("reframe", {"aspect": "1:1"}),
    ],
)
async def test_chapters_stay_where_the_film_stays_as_long(render: Render, kind: str, asked: dict[str, Any]) -> None:
    assert WHOLE == chapters_in((await render(kind, **asked))[1])


async def test_chapters_stay_where_a_long_film_is_encoded_in_segments(render: Render) -> None:
    assert WHOLE == chapters_in((await render("transcode", SEGMENTS, height=90))[1])


@pytest.mark.parametrize(
    ("asked", "method", "expected"),
    [
        (
            {"start_time": 1.2, "end_time": 3.0},
            "partial",
            [(0.0, 0.3, "One"), (0.3, 1.3, HOSTILE), (1.3, 1.8, "Three")],
        ),
        ({"start_time": 1.1, "end_time": 1.9, "mode": "fast"}, "copy", [(0.0, 0.5, "One"), (0.5, 1.0, HOSTILE)]),
        ({"ranges": TWO_RANGES}, "partial", [(0.0, 0.52, "One"), (0.52, 1.02, HOSTILE), (1.02, 1.52, "Three")]),
        (
            {"start_time": 1.4, "end_time": 2.6, "action": "remove"},
            "partial",
            [(0.0, 1.4, "One"), (1.4, 2.8, "Three")],
        ),
    ],
)
async def test_chapters_follow_a_cut(render: Render, asked: dict[str, Any], method: str, expected: Chapters) -> None:
    output, file = await render("trim", **asked)
    assert (method, expected) == (output.method, chapters_in(file))


async def test_a_clip_of_a_split_has_its_own_chapters(render: Render) -> None:
    assert [(0.0, 0.5, HOSTILE), (0.5, 2.0, "Three")] == chapters_in((await render("split_fixed", count=2))[1])


async def test_chapters_follow_where_silence_is_removed(render: Render) -> None:
    output, file = await render("remove_silence", min_silence_seconds=0.1, threshold_db=-30, margin_seconds=0.1)
    assert output.is_cut
    assert ["One", HOSTILE, "Three"] == [title for _, _, title in chapters_in(file)]
