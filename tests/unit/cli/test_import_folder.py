"""Which files of a folder are taken in, and when those of a watched one are whole."""

import os
from pathlib import Path

import pytest

from kinolog.cli.errors import BadSetting
from kinolog.cli.library.folder import MEDIA_EXTENSIONS, Found, list_media, parse_extensions
from kinolog.cli.library.local_file import Fingerprint, fingerprint
from kinolog.cli.library.settings import read_import_settings
from kinolog.cli.library.watching import Settling

SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def names(root: Path) -> list[str]:
    return [str(found.path.relative_to(root)) for found in list_media(root, MEDIA_EXTENSIONS).files]


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"abc")


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_media_is_found_in_all_folders_by_its_name(tmp_path: Path) -> None:
    put(tmp_path, "b.mp4", "a/deep/c.MKV", "a/notes.txt", "mp4", "sound.wav")
    assert ["a/deep/c.MKV", "b.mp4", "sound.wav"] == names(tmp_path)


def test_hidden_and_half_written_files_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, ".a.mp4", ".trash/b.mp4", "c.mp4.part", "d.part.mp4", "~e.mp4", "f.crdownload", "g.mp4.tmp")
    assert [] == names(tmp_path)


def test_links_and_pipes_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "outside/secret.mp4", "inside/own.mp4")
    (tmp_path / "inside/file.mp4").symlink_to(tmp_path / "outside/secret.mp4")
    (tmp_path / "inside/folder").symlink_to(tmp_path / "outside")
    os.mkfifo(tmp_path / "inside/pipe.mp4")
    assert ["own.mp4"] == names(tmp_path / "inside")


def test_a_name_that_is_no_text_is_found_all_the_same(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\xfe.mp4")).write_bytes(b"abc")
    assert 1 == len(names(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_closed_folder_is_told(tmp_path: Path) -> None:
    put(tmp_path, "closed/a.mp4")
    (tmp_path / "closed").chmod(0)
    assert [(tmp_path / "closed", "Permission denied")] == list(list_media(tmp_path, MEDIA_EXTENSIONS).unreadable)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    assert [tmp_path / "gone"] == [path for path, _ in list_media(tmp_path / "gone", MEDIA_EXTENSIONS).unreadable]


def test_extensions_may_be_written_in_any_way() -> None:
    assert {"mp4", "mkv"} == parse_extensions(" mp4,.MKV")


def test_extensions_that_are_none_are_refused() -> None:
    with pytest.raises(BadSetting, match="--extensions mp4 mkv"):
        parse_extensions("mp4 mkv")


async def test_a_fingerprint_is_the_sha256_and_tells_how_far_it_is(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4")
    positions: list[int] = []
    assert Fingerprint(SHA256_OF_ABC, 3) == await fingerprint(tmp_path / "a.mp4", positions.append)
    assert [3, 3] == positions


async def test_a_link_in_the_place_of_a_file_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4")
    (tmp_path / "b.mp4").symlink_to(tmp_path / "a.mp4")
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        await fingerprint(tmp_path / "b.mp4")


def test_a_file_is_ready_once_when_it_has_settled() -> None:
    clock, file = Time(), Found(Path("a.mp4"), 3, 1)
    settling = Settling(5.0, clock)
    looks = []
    for clock.now in (100.0, 104.9, 105.0, 120.0):
        looks.append(settling.ready([file]))
    assert [[], [], [file], []] == looks


def test_a_file_that_grows_is_waited_for() -> None:
    clock = Time()
    settling = Settling(5.0, clock)
    for clock.now, size in ((100.0, 1), (104.0, 2), (108.0, 3)):
        assert [] == settling.ready([Found(Path("a.mp4"), size, 1)])
    clock.now = 113.0
    assert [Found(Path("a.mp4"), 3, 1)] == settling.ready([Found(Path("a.mp4"), 3, 1)])


def test_a_file_that_changes_later_is_ready_again() -> None:
    clock, changed = Time(), Found(Path("a.mp4"), 3, 2)
    settling = Settling(0.0, clock)
    settling.ready([Found(Path("a.mp4"), 3, 1)])
    assert [changed] == settling.ready([changed])


def test_a_file_that_failed_is_ready_again_after_a_while() -> None:
    clock, file = Time(), Found(Path("a.mp4"), 3, 1)
    settling = Settling(5.0, clock)
    settling.ready([file])
    clock.now = 105.0
    settling.ready([file])
    settling.again(file.path)
    clock.now = 110.0
    assert [file] == settling.ready([file])


def test_a_setting_that_makes_no_sense_is_named() -> None:
    with pytest.raises(BadSetting, match=r"KINOLOG_IMPORT_SETTLE_SECONDS \(or --settle-seconds\)"):
        read_import_settings(settle_seconds=float("nan"))
