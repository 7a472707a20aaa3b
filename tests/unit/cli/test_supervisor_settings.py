"""The supervisor's settings: options win over the environment, and nonsense is named."""

from pathlib import Path

import pytest

from kinolog.cli.errors import BadSetting
from kinolog.cli.settings import read_settings


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_PORT", "1111")

    assert [1111, 2222] == [read_settings(port=None).port, read_settings(port=2222).port]


def test_the_data_folder_is_absolute() -> None:
    assert Path.cwd() / "data" == read_settings().data_dir


def test_an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_DATA_DIR", "")

    assert "data" == read_settings().data_dir.name


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KINOLOG_PORT", "65536"),
        ("KINOLOG_PORT", "eighty"),
        ("KINOLOG_STOP_GRACE_SECONDS", "inf"),
        ("KINOLOG_DATA_DIR", "/tmp/a?b"),
        ("KINOLOG_TOKEN", "two words"),
        ("KINOLOG_TOKEN", "line\nbreak"),
        ("KINOLOG_SYNC_INTERVAL", "sometimes"),
        ("KINOLOG_SYNC_INTERVAL", "always }\naccounts {"),
    ],
)
def test_nonsense_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(BadSetting, match=variable):
        read_settings()


def test_a_refused_token_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_TOKEN", "very secret")

    with pytest.raises(BadSetting) as refusal:
        read_settings()

    assert "secret" not in str(refusal.value)
