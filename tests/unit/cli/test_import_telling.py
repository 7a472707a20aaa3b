"""An old library as events: at their times, once, and never over what people did here."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kinolog.cli.library.export import Claims, OldProject, OldVideo
from kinolog.cli.library.file_finder import FileFinder, NotFound
from kinolog.cli.library.retelling import Names, of_project, of_video
from kinolog.cli.library.telling import TELLER, Teller
from kinolog.common.aggregates import PROJECT
from kinolog.common.aggregates.project import Project
from kinolog.common.events.project import ProjectUpdated
from kinolog.common.log import Origin, load
from kinolog.common.log.memory import MemoryLog

CREATED, UPDATED = datetime(2021, 1, 1, tzinfo=UTC), datetime(2022, 2, 2, tzinfo=UTC)
NOTHING = Claims(duration=None, width=None, height=None, size_bytes=None, sha256=None)
ID = Names("").project("7")


def old_project(**changes: Any) -> OldProject:
    fields: dict[str, Any] = {
        "place": "projects[0]",
        "old_id": "7",
        "name": "Films",
        "description": None,
        "created_at": CREATED,
        "updated_at": UPDATED,
        "is_deleted": False,
    }
    return OldProject(**fields | changes)


def old_video(**changes: Any) -> OldVideo:
    fields: dict[str, Any] = {
        "place": "projects[0].videos[0]",
        "old_id": "1",
        "project_old_id": "7",
        "title": "One",
        "filename": "one.mp4",
        "path": None,
        "source_url": None,
        "parent_old_id": None,
        "is_clip": False,
        "claims": NOTHING,
        "created_at": CREATED,
        "updated_at": None,
        "is_deleted": False,
    }
    return OldVideo(**fields | changes)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def teller(log: MemoryLog) -> Teller:
    return Teller(log, "imp_1")


async def told(log: MemoryLog) -> list[tuple[str, datetime, str]]:
    events = await log.read("project", ID)
    return [(each.event.event_type, each.occurred_at, each.metadata.actor) for each in events]


async def state(log: MemoryLog) -> Project:
    return (await load(log, PROJECT, ID)).require()


async def test_things_keep_the_times_of_their_library(log: MemoryLog, teller: Teller) -> None:
    await teller.tell(PROJECT, ID, of_project(old_project()))
    project = await state(log)
    assert ("Films", CREATED, UPDATED) == (project.name, project.created_at, project.updated_at)
    assert [("project.created", CREATED, TELLER), ("project.updated", UPDATED, TELLER)] == await told(log)


async def test_what_was_told_is_not_told_again(log: MemoryLog, teller: Teller) -> None:
    await teller.tell(PROJECT, ID, of_project(old_project()))
    assert not await teller.tell(PROJECT, ID, of_project(old_project()))
    assert 2 == await log.last_sequence()


async def test_what_was_begun_is_gone_on_with(log: MemoryLog, teller: Teller) -> None:
    steps = of_project(old_project(is_deleted=True))
    await teller.tell(PROJECT, ID, steps[:1])
    assert await teller.tell(PROJECT, ID, steps)
    assert ["project.created", "project.updated", "project.deleted"] == [event for event, _, _ in await told(log)]


async def test_what_somebody_changed_here_stays_as_it_is(log: MemoryLog, teller: Teller) -> None:
    steps = of_project(old_project())
    await teller.tell(PROJECT, ID, steps[:1])
    somebody = Origin(source="gateway", actor="user:test", correlation_id="c-1")
    await log.append((await load(log, PROJECT, ID)).changes(ProjectUpdated(name="Mine")), somebody)
    assert not await teller.tell(PROJECT, ID, steps)
    assert "Mine" == (await state(log)).name


def test_without_a_time_of_its_beginning_its_change_is_its_beginning() -> None:
    assert [UPDATED] == [step.at for step in of_project(old_project(created_at=None))]


def test_a_video_without_a_file_has_no_beginning() -> None:
    assert ["video.updated", "video.deleted"] == [
        step.events[0].event_type for step in of_video(old_video(updated_at=UPDATED, is_deleted=True))
    ]


def test_two_libraries_that_count_from_one_are_kept_apart() -> None:
    assert Names("a").video("1") != Names("b").video("1")
    assert Names("a").video("1") == Names("a").video("1")


def put(path: Path, content: bytes = b"abc") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("path", ["in/one.mp4", "in\\one.mp4", "/old/machine/one.mp4", None, "gone/one.mp4"])
def test_a_file_is_found_at_its_path_or_by_its_name(tmp_path: Path, path: str | None) -> None:
    file = put(tmp_path / "in/one.mp4")
    assert file == FileFinder(tmp_path).find(old_video(path=path))


def test_of_two_files_of_a_name_the_one_of_its_size_is_taken(tmp_path: Path) -> None:
    put(tmp_path / "a/one.mp4")
    file = put(tmp_path / "b/one.mp4", b"longer")
    claims = Claims(duration=None, width=None, height=None, size_bytes=6, sha256=None)
    assert file == FileFinder(tmp_path).find(old_video(claims=claims))


def test_of_two_files_of_a_name_none_is_guessed(tmp_path: Path) -> None:
    put(tmp_path / "a/one.mp4")
    put(tmp_path / "b/one.mp4")
    with pytest.raises(NotFound, match="2 files"):
        FileFinder(tmp_path).find(old_video())


@pytest.mark.parametrize("path", ["../secret.mp4", "{outside}/secret.mp4", "link.mp4", "x" * 4000, "loop"])
def test_nothing_outside_the_folder_is_read(tmp_path: Path, path: str) -> None:
    put(tmp_path / "secret.mp4")
    (tmp_path / "files").mkdir()
    (tmp_path / "files/link.mp4").symlink_to(tmp_path / "secret.mp4")
    (tmp_path / "files/loop").symlink_to(tmp_path / "files/loop")
    with pytest.raises(NotFound):
        FileFinder(tmp_path / "files").find(
            old_video(path=path.format(outside=tmp_path), filename=path.rpartition("/")[2])
        )
