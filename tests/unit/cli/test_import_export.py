"""Lists of projects of older systems: what is understood of them, and what is told of the rest."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kinolog.cli.errors import BadExport
from kinolog.cli.library.export import Claims, Export, read_export
from kinolog.cli.library.record import Notes, Problem

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MOST_BYTES = 1024**2


def read_text(folder: Path, text: str | bytes) -> Export:
    path = folder / "projects.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_export(path, Notes(NOW, earliest_year=1990), MOST_BYTES)


def read(folder: Path, document: Any) -> Export:
    return read_text(folder, json.dumps(document))


def video_of(folder: Path, **fields: Any) -> Any:
    return read(folder, [{"id": "p", "videos": [{"id": "v", **fields}]}]).videos[0]


def problems(export: Export) -> list[Problem]:
    return export.notes.problems


def test_videos_stand_in_their_project(tmp_path: Path) -> None:
    export = read(tmp_path, [{"id": 7, "name": "Films", "videos": [{"id": "a", "file_path": "in/a.mp4"}, "b.mp4"]}])
    assert [("7", "Films")] == [(project.old_id, project.name) for project in export.projects]
    assert [("a", "in/a.mp4", "a.mp4"), ("7/b.mp4", "b.mp4", "b.mp4")] == [
        (video.old_id, video.path, video.filename) for video in export.videos
    ]


def test_videos_stand_beside_the_projects(tmp_path: Path) -> None:
    document = {"projects": {"p": {"name": "Films"}}, "videos": [{"id": "v", "project_id": "p", "title": "One"}]}
    export = read(tmp_path, document)
    assert [("v", "p", "One")] == [(video.old_id, video.project_old_id, video.title) for video in export.videos]


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-31T12:00:00Z",
        "2024-05-31T14:00:00+02:00",
        "2024-05-31 12:00:00",
        1717156800,
        1717156800000,
        1717156800.0,
        "1717156800",
    ],
)
def test_a_time_is_understood_in_any_of_its_shapes(tmp_path: Path, value: Any) -> None:
    assert datetime(2024, 5, 31, 12, tzinfo=UTC) == video_of(tmp_path, created_at=value).created_at


@pytest.mark.parametrize("value", ["yesterday", -1, 10**30, 1e300, True, [], "2124-01-01", "1970-01-01", {"$date": 1}])
def test_a_time_that_is_none_is_told_and_left_out(tmp_path: Path, value: Any) -> None:
    export = read(tmp_path, [{"id": "p", "created_at": value}])
    assert (None, "projects[0].created_at") == (export.projects[0].created_at, problems(export)[0].place)


def test_a_time_without_a_zone_is_a_guess(tmp_path: Path) -> None:
    assert 1 == read(tmp_path, [{"id": "p", "created_at": "2024-05-31T12:00:00"}]).notes.guessed_zones


def test_an_update_before_the_beginning_is_left_out(tmp_path: Path) -> None:
    assert None is video_of(tmp_path, created_at="2024-05-31", updated_at="2024-05-30").updated_at


def test_claims_are_kept_for_the_verification(tmp_path: Path) -> None:
    claims = {"duration": "12.5", "width": 640, "height": 360.0, "file_size": 1000, "sha256": "A" * 64}
    assert Claims(duration=12.5, width=640, height=360, size_bytes=1000, sha256="a" * 64) == (
        video_of(tmp_path, **claims).claims
    )


def test_a_number_that_is_none_is_told_at_its_place(tmp_path: Path) -> None:
    text = '[{"id": "p", "videos": [{"id": "v", "duration": NaN, "width": 1e999, "height": -1, "size": 9%s}]}]'
    export = read_text(tmp_path, text % ("9" * 5000))
    place = "projects[0].videos[0]"
    assert [f"{place}.{name}" for name in ("duration", "width", "height", "size")] == [
        problem.place for problem in problems(export)
    ]
    assert Claims(duration=None, width=None, height=None, size_bytes=None, sha256=None) == export.videos[0].claims


def test_fields_that_nobody_knows_are_counted(tmp_path: Path) -> None:
    export = read(tmp_path, {"projects": [{"id": n, "colour": "red", "videos": []} for n in range(3)], "jobs": []})
    assert {"projects[].colour": 3, "jobs": 1} == export.notes.unread


def test_a_second_one_of_the_same_id_is_left_out(tmp_path: Path) -> None:
    export = read(tmp_path, [{"id": "p", "name": "A"}, {"id": "p", "name": "B"}])
    assert [Problem("projects[1]", "has the id of projects[0]; it is left out")] == problems(export)


def test_a_video_of_no_project_is_left_out(tmp_path: Path) -> None:
    export = read(tmp_path, {"projects": [], "videos": [{"id": "v", "project_id": "gone"}]})
    assert [Problem("videos[0]", "names no project of this file; it is left out")] == problems(export)
    assert 1 == export.notes.lost_count


def test_a_clip_whose_origin_is_not_there_is_told(tmp_path: Path) -> None:
    export = read(tmp_path, [{"id": "p", "videos": [{"id": "v", "parent_video_id": "gone"}]}])
    assert (["projects[0].videos[0]"], 1) == ([problem.place for problem in problems(export)], len(export.videos))


@pytest.mark.parametrize("item", [None, 3, "text", [], True])
def test_an_item_that_is_no_object_is_left_out(tmp_path: Path, item: Any) -> None:
    export = read(tmp_path, [item, {"id": "p"}])
    assert ([Problem("projects[0]", "must be an object; it is left out")], 1) == (
        problems(export),
        len(export.projects),
    )


def test_text_that_steers_terminals_becomes_one_plain_line(tmp_path: Path) -> None:
    assert "red alert" == video_of(tmp_path, title="red\x1b\n alert\ud800").title


def test_an_address_that_is_none_is_told_and_left_out(tmp_path: Path) -> None:
    export = read(tmp_path, [{"id": "p", "videos": [{"id": "v", "url": "javascript:alert(1)"}]}])
    assert (None, "projects[0].videos[0].url") == (export.videos[0].source_url, problems(export)[0].place)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no JSON, at line 1, column 1"),
        ('[\n{"id": 1},\n]', "is no JSON, at line 2, column 10|is no JSON, at line 3, column 1"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": 1}', 'under "projects"'),
        ("3", "must be a list of projects"),
        (b"\xff\xfe[]", "is no text in UTF-8, from byte 0 on"),
        (b" " * (MOST_BYTES + 1), "KINOLOG_IMPORT_EXPORT_MAX_BYTES"),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(BadExport, match=message) as refused:
        read_text(tmp_path, text)
    assert 1 == len(str(refused.value).splitlines())
