"""A film in two languages through every operation: both come out, by their names, in step with the picture."""

from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, NamedTuple

import av
import pytest
from av.stream import Disposition
from PIL import Image

from kinolog.common.testing.witness import heard_clicks
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SECOND_SOUND_LATER_SECONDS
from kinolog.render.settings import RenderSettings

SEGMENTS: Final = RenderSettings(encode_preset="ultrafast", long_film_seconds=2, segment_seconds=1)
TWO_RANGES: Final = [{"start_time": 0.48, "end_time": 1.0}, {"start_time": 2.0, "end_time": 3.0}]
WHOLE: Final = ((0.0, 4.0),)

Render = Callable[..., Awaitable[tuple[Any, Path]]]


class Told(NamedTuple):
    codec: str
    language: str | None
    title: str | None
    is_default: bool


def sounds_in(file: Path) -> list[Told]:
    with av.open(str(file)) as film:
        return [
            Told(
                each.codec_context.name,
                each.metadata.get("language"),
                each.metadata.get("title") or each.metadata.get("name"),
                bool(each.disposition & Disposition.default),
            )
            for each in film.streams.audio
        ]


def due_clicks(windows: Sequence[tuple[float, float]], later: float) -> list[float]:
    """When clicks are heard of which the windows have all."""
    offsets = accumulate((end - start for start, end in windows), initial=0.0)
    clicks = [number / 2 + 0.2 + later for number in range(8)]
    placed = zip(windows, offsets, strict=False)
    return [at - start + offset for (start, end), offset in placed for at in clicks if start <= at < end - 0.05]


def assert_both_are_there(file: Path, codec: str, *windows: tuple[float, float]) -> None:
    assert [Told(codec, "eng", None, True), Told(codec, "deu", "Kommentar", False)] == sounds_in(file)
    for track, later in enumerate((0.0, SECOND_SOUND_LATER_SECONDS)):
        due = due_clicks(windows, later)
        assert pytest.approx(due, abs=0.003) == [click.at for click in heard_clicks(file, track)]


@pytest.mark.parametrize(
    ("kind", "asked", "codec"),
    [
        ("burn", {"until": 0.6}, "aac"),
        ("burn", {"until": 3.9}, "aac"),
        ("transcode", {"height": 90}, "aac"),
        ("transcode", {"height": 90, "sound": "copy"}, "aac"),
        ("transcode", {"profile": "vp9", "height": 90}, "opus"),
        ("compress", {"target_quality": 60}, "aac"),
        ("reframe", {"aspect": "1:1"}, "aac"),
    ],
)
async def test_both_languages_are_kept(render: Render, kind: str, asked: dict[str, Any], codec: str) -> None:
    output, file = await render(kind, **asked)
    assert_both_are_there(file, codec, *WHOLE)
    assert () == output.left_out


async def test_both_languages_are_kept_where_a_long_film_is_encoded_in_segments(render: Render) -> None:
    assert_both_are_there((await render("transcode", SEGMENTS, height=90))[1], "aac", *WHOLE)


async def test_both_languages_are_kept_beside_segments_as_they_are(render: Render) -> None:
    assert_both_are_there((await render("burn", SEGMENTS, until=3.9))[1], "aac", *WHOLE)


@pytest.mark.parametrize(
    ("asked", "method", "windows"),
    [
        ({"start_time": 1.2, "end_time": 3.0}, "partial", [(1.2, 3.0)]),
        ({"start_time": 1.1, "end_time": 2.9, "mode": "fast"}, "copy", [(1.0, 3.0)]),
        ({"ranges": TWO_RANGES}, "partial", [(0.48, 1.0), (2.0, 3.0)]),
        (
            {"start_time": 1.4, "end_time": 2.6, "action": "remove", "result": "replace"},
            "partial",
            [(0, 1.4), (2.6, 4)],
        ),
    ],
)
async def test_both_languages_follow_a_cut(
    render: Render, asked: dict[str, Any], method: str, windows: list[tuple[float, float]]
) -> None:
    output, file = await render("trim", **asked)
    assert method == output.method
    assert_both_are_there(file, "aac", *windows)


async def test_both_languages_and_all_chapters_are_kept_under_a_watermark(render: Render, workshop: Workshop) -> None:
    content = BytesIO()
    Image.new("RGBA", (40, 20), (255, 0, 0, 255)).save(content, "PNG")
    picture = await workshop.blobs.put_bytes(content.getvalue(), "image/png")
    _, file = await render("watermark", picture=picture.model_dump())
    assert_both_are_there(file, "aac", *WHOLE)
    with av.open(str(file)) as film:
        assert ["One", "Three"] == [chapter["metadata"]["title"] for chapter in film.chapters()][::2]


async def test_a_clip_of_a_split_has_both_languages(render: Render) -> None:
    assert_both_are_there((await render("split_fixed", count=2))[1], "aac", (2.0, 4.0))


async def test_each_language_is_brought_to_the_loudness_by_itself(render: Render) -> None:
    output, file = await render("normalize_audio", target_lufs=-20)
    [second] = output.further_tracks
    assert (2, "deu", True) == (second.number, second.language, second.is_target_reached)
    assert pytest.approx(-20, abs=0.5) == second.after.integrated_lufs
    assert_both_are_there(file, "aac", *WHOLE)
