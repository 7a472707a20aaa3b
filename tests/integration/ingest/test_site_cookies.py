"""Cookies for sites that show their films only to some: where they go, and where they are never found."""

from typing import Any

import pytest
from harness.pages import Pages, page, player
from harness.site_visitor import Visitor
from harness.web_server import WebServer, web_server
from pydantic import SecretStr

from kinolog.common.aggregates import SETTING
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.controls import secret_setting
from kinolog.common.errors import PermanentError
from kinolog.common.events.setting import SettingChanged
from kinolog.common.sealing import Sealer, new_key
from kinolog.common.testing.examples import ORIGIN
from kinolog.common.testing.workshop import Workshop

KEY = SecretStr(new_key())
WORD = "c4n4ry-of-the-session"


@pytest.fixture
def visit(workshop: Workshop) -> Visitor:
    return Visitor(workshop, {"secrets_keys": KEY})


async def keep_cookies(workshop: Workshop, name: str, domain: str) -> None:
    jar = f"# Netscape HTTP Cookie File\n{domain}\tFALSE\t/\tFALSE\t4102444800\tsession\t{WORD}\n".encode()
    value = {"sealed": Sealer(KEY).seal(jar), "kind": "cookies", "size_bytes": len(jar)}
    setting = secret_setting(name)
    changed = SettingChanged(name=setting, value=value)
    await workshop.log.append(unborn(SETTING, setting_id(setting)).changes(changed), ORIGIN)


def cookies(server: WebServer, path: str) -> set[str | None]:
    return {asked.headers.get("cookie") for asked in server.asked if asked.path == path}


async def test_cookies_are_shown_to_their_site_alone(visit: Visitor, workshop: Workshop, film: bytes) -> None:
    await keep_cookies(workshop, "my-site", "127.0.0.1")
    async with web_server(Pages({"/watch": page(player("/film.mp4")), "/film.mp4": film})) as server:
        await visit(f"{server.url}/watch", cookies="my-site")
    assert {f"session={WORD}"} == cookies(server, "/watch") == cookies(server, "/film.mp4")


async def test_cookies_of_another_site_are_not_shown(visit: Visitor, workshop: Workshop, film: bytes) -> None:
    await keep_cookies(workshop, "my-site", "example.com")
    async with web_server(Pages({"/watch": page(player("/film.mp4")), "/film.mp4": film})) as server:
        await visit(f"{server.url}/watch", cookies="my-site")
    assert {None} == cookies(server, "/watch") | cookies(server, "/film.mp4")


async def test_cookies_are_found_nowhere_afterwards(
    visit: Visitor, workshop: Workshop, film: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    await keep_cookies(workshop, "my-site", "127.0.0.1")
    async with web_server(Pages({"/watch": page(player("/film.mp4")), "/film.mp4": film})) as server:
        ctx = await visit.begin(f"{server.url}/watch", cookies="my-site")
        await visit.attempt(ctx)
    stored = [file for file in workshop.folder.rglob("*") if file.is_file() and WORD.encode() in file.read_bytes()]
    told: Any = [change.event.model_dump_json() for change in ctx.changes]
    said = "".join(capfd.readouterr())
    assert [] == stored
    assert not any(WORD in each for each in [*told, said])


async def test_a_secret_that_is_not_there_ends_the_job(visit: Visitor) -> None:
    async with web_server(Pages({"/watch": page("")})) as server:
        with pytest.raises(PermanentError) as refused:
            await visit(f"{server.url}/watch", cookies="nothing")
    assert ("secret_missing", []) == (refused.value.kind, server.asked)
