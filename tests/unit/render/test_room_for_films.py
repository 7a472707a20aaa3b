"""Whoever asks for a new film hears at once that there is no room for it."""

from pathlib import Path
from typing import Any

import pytest

from kinolog.common.jobs import Output
from kinolog.common.room import NoRoom, Place, Room
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.context import JobContext
from kinolog.render.handlers.room import with_room_for_films

FILM_BYTES = 1_000


class Renderer:
    calls = 0

    async def render(self, job: Any, ctx: JobContext) -> Output:
        self.calls += 1
        return Output()


@pytest.fixture
async def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


async def tried(workshop: Workshop, job_type: str, free_bytes: int) -> int:
    """How often a film was begun, of a video of `FILM_BYTES`, on a disk that has so much free."""
    (workshop.folder / "film.mp4").write_bytes(bytes(FILM_BYTES))
    video_id = await workshop.add_video(workshop.folder / "film.mp4")
    ctx = await workshop.begin("render", type=job_type, queue="render", video_id=video_id)
    place = Place(workshop.folder, "KINOLOG_WORK_DIR")
    room = Room(work=place, blobs=place, reserve_bytes=0, look_seconds=1, free_bytes=lambda _: free_bytes)
    renderer = Renderer()
    await with_room_for_films(renderer.render, room)({}, ctx)
    return renderer.calls


async def test_a_film_that_may_well_have_room_is_begun(workshop: Workshop) -> None:
    assert 1 == await tried(workshop, "burn", FILM_BYTES)


async def test_a_film_that_has_no_room_is_not_begun(workshop: Workshop) -> None:
    with pytest.raises(NoRoom, match=r"It needs about 1\.0 kB, and 999 bytes are free"):
        await tried(workshop, "burn", FILM_BYTES - 1)


async def test_a_part_of_a_film_needs_no_more_than_it_takes(workshop: Workshop) -> None:
    assert 1 == await tried(workshop, "trim", 1)
