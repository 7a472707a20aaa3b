"""The way out: nothing that is not allowed is connected to, whatever the address looks like and whoever names it."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from harness.web_server import WebServer, answer_file, answer_status, web_server

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.reach import Reach
from kinolog.ingest.adapters.guard import Guard


@pytest.fixture
async def canary() -> AsyncIterator[WebServer]:
    """Another address of this machine, which nobody allowed; its port is."""
    async with web_server(answer_status(200, b"secret"), host="127.0.0.2") as server:
        yield server


def port_of(server: WebServer) -> int:
    return urlsplit(server.url).port or 80


@pytest.mark.parametrize(
    "host",
    ["127.0.0.2", "127.2", "2130706434", "0x7f000002", "0177.0.0.2", "[::ffff:127.0.0.2]", "[::127.0.0.2]"],
)
async def test_an_inner_address_is_not_connected_to_in_any_spelling(
    download: Any, canary: WebServer, host: str
) -> None:
    with pytest.raises(PermanentError) as refused:
        await download(f"http://{host}:{port_of(canary)}/")
    assert ("url_not_allowed", []) == (refused.value.kind, canary.asked)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_inwards_is_not_followed(download: Any, canary: WebServer, status: int) -> None:
    download.settings["ingest_allowed_ports"] = ()
    async with web_server(answer_status(status, Location=f"{canary.url}/secret")) as server:
        download.settings["ingest_allowed_ports"] = (port_of(server), port_of(canary))
        with pytest.raises(PermanentError) as refused:
            await download(f"{server.url}/film.mp4")
    assert ("url_not_allowed", 1, []) == (refused.value.kind, len(server.asked), canary.asked)


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "http://169.254.169.254/", "data:,x", "//[::/"],
)
async def test_a_redirect_to_what_is_no_web_address_is_refused(download: Any, location: str) -> None:
    async with web_server(answer_status(302, Location=location)) as server:
        with pytest.raises(PermanentError) as refused:
            await download(f"{server.url}/film.mp4")
    assert ("url_not_allowed", 1) == (refused.value.kind, len(server.asked))


async def test_a_port_that_was_not_allowed_is_not_connected_to(download: Any, film: bytes) -> None:
    download.settings["ingest_allowed_ports"] = (80, 443)
    async with web_server(answer_file(film)) as server:
        with pytest.raises(PermanentError, match="may not connect") as refused:
            await download(f"{server.url}/film.mp4")
    assert ("url_not_allowed", []) == (refused.value.kind, server.asked)


async def test_open_and_closed_ports_are_refused_in_the_same_words(download: Any, canary: WebServer) -> None:
    said = []
    for port in (port_of(canary), 1):
        with pytest.raises(PermanentError) as refused:
            await download(f"http://127.0.0.2:{port}/")
        said.append(refused.value.message)
    assert said[0] == said[1]


async def test_a_proxy_of_the_environment_is_not_used(
    download: Any, canary: WebServer, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, canary.url)
    async with web_server(answer_file(film)) as server:
        await download(f"{server.url}/film.mp4")
    assert [] == canary.asked


class Names:
    """A resolver with these answers, one after another, the last one again and again."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


def guard(names: Names, *ports: int) -> Guard:
    return Guard(Reach((ip_network("127.0.0.1/32"),), frozenset(ports)), names)


async def test_one_inner_address_among_good_ones_is_enough_to_refuse() -> None:
    with pytest.raises(PermanentError):
        await guard(Names(["93.184.216.34", "127.0.0.2"]), 80).admit("film.example", 80)


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example", "no-such-name.invalid"])
async def test_a_name_that_stands_for_nothing_fails_as_a_connection_does(download: Any, name: str) -> None:
    download.settings["ingest_allowed_ports"] = (80,)
    with pytest.raises(PassingError) as failed:
        await download(f"http://{name}/")
    assert "source_unreachable" == failed.value.kind


async def test_nothing_is_left_of_a_refused_download(download: Any, canary: WebServer, tmp_path: Path) -> None:
    with pytest.raises(PermanentError):
        await download(canary.url)
    assert [] == download.kept
