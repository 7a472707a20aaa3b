"""Which platform a command talks to, and as whom: told by options, by the environment, or by the data folder."""

import os
from dataclasses import dataclass, field

import httpx2

from kinolog.cli.data_folder import DataFolder
from kinolog.cli.errors import BadSetting
from kinolog.cli.settings import SupervisorSettings, is_token, read_settings


@dataclass(frozen=True, slots=True)
class Address:
    """`url` has no slash at its end."""

    url: str
    token: str = field(repr=False)


def find_address(url: str | None, token: str | None) -> Address:
    """Options win over KINOLOG_URL and KINOLOG_TOKEN, and those over what `kinolog up` left in the data folder.

    Raises BadSetting when none of them says.
    """
    settings = read_settings()
    folder = DataFolder(settings.data_dir)
    address = Address(_url(url, folder, settings).rstrip("/"), _token(token, folder, settings))
    if not address.url.startswith(("http://", "https://")):
        raise BadSetting(f"--url {address.url}: must begin with http:// or https://")
    _refuse_unusable(address.url)
    if not is_token(address.token):
        raise BadSetting("--token: must be 1 to 512 letters, digits or any of . _ ~ + / = -")
    return address


def _refuse_unusable(url: str) -> None:
    try:
        host = httpx2.URL(url).host
    except httpx2.InvalidURL as error:
        raise BadSetting(f"--url {url}: is no address ({error}): give http://host:8420") from None
    if not host or " " in url:
        raise BadSetting(f"--url {url}: names no host: give http://host:8420")


def _url(option: str | None, folder: DataFolder, settings: SupervisorSettings) -> str:
    if told := option or os.environ.get("KINOLOG_URL"):
        return told
    if folder.url_file.exists():
        return folder.url_file.read_text().strip()
    return f"http://127.0.0.1:{settings.port}"


def _token(option: str | None, folder: DataFolder, settings: SupervisorSettings) -> str:
    if option:
        return option
    if settings.token:
        return settings.token.get_secret_value()
    if folder.token_file.exists():
        return folder.token_file.read_text().strip()
    raise BadSetting(
        f"no token: give --token or KINOLOG_TOKEN, or set KINOLOG_DATA_DIR to the folder of a platform "
        f"that ran here (looked in {folder.root})"
    )
