"""The data folder belongs to one supervisor at a time, and its secrets to their owner."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from kinolog.cli.data_folder import DataFolder, locked
from kinolog.cli.errors import BadSetting, FolderInUse
from kinolog.common.sealing import Sealer, new_key


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "new" / "data")
    folder.create()
    return folder


def test_a_token_is_made_once_and_is_private(folder: DataFolder) -> None:
    token = folder.token()

    assert token == folder.token()
    assert len(token) >= 32
    assert 0o600 == stat.S_IMODE(folder.token_file.stat().st_mode)


def test_keys_for_secrets_are_made_once_and_are_private(folder: DataFolder) -> None:
    keys = folder.secrets_keys()
    assert keys == folder.secrets_keys()
    assert b"x" == Sealer(SecretStr(keys)).open(Sealer(SecretStr(keys)).seal(b"x"))
    assert 0o600 == stat.S_IMODE(folder.secrets_keys_file.stat().st_mode)


def test_a_new_key_may_be_put_in_a_line_before_the_old_one(folder: DataFolder) -> None:
    old, new = folder.secrets_keys(), new_key()
    folder.secrets_keys_file.write_text(f"{new}\n{old}\n")
    assert f"{new},{old}" == folder.secrets_keys()


def test_a_second_supervisor_is_refused_with_the_way_out(folder: DataFolder) -> None:
    with locked(folder), pytest.raises(FolderInUse, match=r"process \d+.*--data-dir"), locked(folder):
        pass


def test_a_released_folder_may_be_taken_again(folder: DataFolder) -> None:
    with locked(folder):
        pass

    with locked(folder) as lock:
        assert lock > 0


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(BadSetting, match="cannot be used"):
        DataFolder(tmp_path / "data").create()
