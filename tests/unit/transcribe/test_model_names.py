"""Which model a job's `model_size` stands for."""

import re
from pathlib import Path
from typing import Any, cast

import pytest
from faster_whisper import utils

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import MODEL_NAMES
from kinolog.transcribe.adapters.hub import MODEL_FILES
from kinolog.transcribe.adapters.model_folder import NamedFolders, OneFolder
from kinolog.transcribe.adapters.repositories import REPOSITORIES

NOBODY: Any = cast("Any", None)


def a_model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in MODEL_FILES:
        (folder / name).write_bytes(b"x")
    return folder


def test_every_name_is_the_model_that_faster_whisper_calls_so() -> None:
    assert {name: utils._MODELS[name] for name in MODEL_NAMES} == REPOSITORIES


def test_one_folder_serves_every_size(tmp_path: Path) -> None:
    folder = a_model(tmp_path / "mine")

    found = NamedFolders(None, OneFolder(folder)).find("large", NOBODY)

    assert ("mine", folder, 1) == (found.name, found.folder, found.size_bytes)


def test_a_folder_is_chosen_by_its_name(tmp_path: Path) -> None:
    a_model(tmp_path / "models" / "opera")

    found = NamedFolders(tmp_path / "models", OneFolder(tmp_path)).find("dir:opera", NOBODY)

    assert ("dir:opera", tmp_path / "models" / "opera") == (found.name, found.folder)


def test_a_folder_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    for name in ("opera", "{curly}"):
        a_model(tmp_path / "models" / name)
    (tmp_path / "models" / "no-model").mkdir()

    choice = re.escape("there are opera, {curly} in the folder that KINOLOG_TRANSCRIBE_MODELS_DIR names")
    with pytest.raises(PermanentError, match=choice):
        NamedFolders(tmp_path / "models", OneFolder(tmp_path)).find("dir:rock", NOBODY)


def test_without_a_folder_of_models_the_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="its operator sets KINOLOG_TRANSCRIBE_MODELS_DIR"):
        NamedFolders(None, OneFolder(tmp_path)).find("dir:opera", NOBODY)


@pytest.mark.parametrize("link", ["the folder", "a file"])
def test_what_a_link_leads_to_outside_is_not_there(tmp_path: Path, link: str) -> None:
    outside, root = a_model(tmp_path / "outside"), tmp_path / "models"
    root.mkdir()
    if link == "the folder":
        (root / "opera").symlink_to(outside)
    else:
        (a_model(root / "opera") / "config.json").unlink()
        (root / "opera" / "config.json").symlink_to(outside / "config.json")

    with pytest.raises(PermanentError, match="there is no model dir:opera"):
        NamedFolders(root, OneFolder(outside)).find("dir:opera", NOBODY)
