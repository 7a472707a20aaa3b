"""Looking into a film whose picture is decoded by somebody else wherever it may be damaged."""

import json
from pathlib import Path
from shutil import copy

import av
import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.media.inspector import Inspected, Inspector
from kinolog.common.media.settings import MediaSettings
from kinolog.common.testing.zoo import Zoo

FRAMES_OF_THE_END = 65


async def inspected(film: Path, workdir: Path, *, is_picture_examined: bool) -> Inspected:
    inspector = Inspector(MediaSettings())
    return await inspector.inspect(film, workdir, is_picture_examined=is_picture_examined, wants_poster=False)


@pytest.fixture
def damaged(zoo: Zoo, tmp_path: Path) -> Path:
    """A film whose last frames cannot be decoded."""
    film = Path(copy(zoo.film("h264"), tmp_path / "damaged.mp4"))
    with av.open(str(film)) as media:
        packets = [(packet.pos or 0, packet.size) for packet in media.demux(video=0) if packet.size]
    content = bytearray(film.read_bytes())
    for place, size in packets[-FRAMES_OF_THE_END:]:
        content[place : place + size] = b"\xff" * size
    film.write_bytes(content)
    return film


async def test_as_much_is_found_out_as_about_any_film(zoo: Zoo, tmp_path: Path) -> None:
    usual = await inspected(zoo.film("rotated"), tmp_path, is_picture_examined=False)
    brief = await inspected(zoo.film("rotated"), tmp_path, is_picture_examined=True)
    assert (usual.facts, json.loads(usual.report.read_text())) == (brief.facts, json.loads(brief.report.read_text()))


async def test_the_end_of_the_picture_is_left_to_who_examines_it(damaged: Path, tmp_path: Path) -> None:
    assert 100 == (await inspected(damaged, tmp_path, is_picture_examined=True)).facts.frame_count


async def test_the_end_of_any_other_picture_has_to_decode(damaged: Path, tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="cannot be decoded"):
        await inspected(damaged, tmp_path, is_picture_examined=False)
