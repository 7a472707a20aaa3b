"""Where a command finds the platform and its token."""

from pathlib import Path

import pytest

from kinolog.cli.address import find_address
from kinolog.cli.errors import BadSetting


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("KINOLOG_URL", "KINOLOG_TOKEN", "KINOLOG_PORT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KINOLOG_DATA_DIR", str(tmp_path))
    return tmp_path


def test_the_data_folder_knows_the_platform_that_ran_in_it(folder: Path) -> None:
    (folder / "url").write_text("http://127.0.0.1:9000")
    (folder / "token").write_text("kept")

    address = find_address(None, None)

    assert ("http://127.0.0.1:9000", "kept") == (address.url, address.token)


def test_the_environment_wins_over_the_folder_and_options_over_both(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "url").write_text("http://folder")
    monkeypatch.setenv("KINOLOG_URL", "http://environment/")
    monkeypatch.setenv("KINOLOG_TOKEN", "environment")

    addresses = [find_address(None, None), find_address("https://option", "option")]

    assert ["http://environment", "https://option"] == [address.url for address in addresses]
    assert ["environment", "option"] == [address.token for address in addresses]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("url", "token", "said"), [(None, None, "no token"), ("ftp://x", "t", "--url"), (None, "a b", "--token")]
)
def test_what_is_missing_or_wrong_is_said(url: str | None, token: str | None, said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        find_address(url, token)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("url", ["http://[::1", "http://a:port", "http://é☃.example", "http://a b", "http://:80"])
def test_an_address_that_is_none_is_said_with_what_to_give(url: str) -> None:
    with pytest.raises(BadSetting, match="give http://host:8420"):
        find_address(url, "t")
