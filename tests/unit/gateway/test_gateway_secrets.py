"""Secrets are taken, listed and removed; what they hold is opened by jobs alone."""

import json
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from kinolog.common.errors import PermanentError
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.sealing import Sealer, open_secret
from kinolog.common.testing.examples import created
from kinolog.gateway.domain.cookies import netscape_cookies
from kinolog.gateway.params import Gateway
from kinolog.gateway.settings import GatewaySettings
from kinolog.gateway.wiring import build_app

CANARY = "canary5f3a"
COOKIES = f"# Netscape HTTP Cookie File\n.example.org\tTRUE\t/\tTRUE\t1893456000\tsession\t{CANARY}\n"
PATH = "/v1/secrets/site"


async def put(caller: httpx2.AsyncClient, value: str = COOKIES, path: str = PATH) -> httpx2.Response:
    # Escaped, so that a value need not be one that UTF-8 can hold.
    body, headers = json.dumps({"kind": "cookies", "value": value}), {"Content-Type": "application/json"}
    return await caller.put(path, content=body, headers=headers)


async def kept(gateway: Gateway) -> bytes:
    return await open_secret(lambda aggregate, name: load(gateway.log, aggregate, name), gateway.sealer, "site")


async def test_a_secret_is_kept_for_jobs(caller: httpx2.AsyncClient, gateway: Gateway) -> None:
    answer = await put(caller)
    assert (200, "site", "cookies", len(COOKIES), "user:owner") == (
        answer.status_code,
        *(answer.json()[name] for name in ("name", "kind", "size_bytes", "changed_by")),
    )
    assert COOKIES.encode() == await kept(gateway)


async def test_secrets_are_listed_without_what_they_hold(caller: httpx2.AsyncClient) -> None:
    await put(caller)
    await caller.post("/v1/queues/render/pause")
    answer = await caller.get("/v1/secrets")
    assert ["site"] == [secret["name"] for secret in answer.json()["data"]]
    assert CANARY not in answer.text
    assert "sealed" not in answer.text


async def test_a_removed_secret_is_gone(caller: httpx2.AsyncClient, gateway: Gateway) -> None:
    await put(caller)
    answers = [await caller.delete(f"{PATH}?reason=left") for _ in range(2)]
    assert ([200, 404], True, "left") == (
        [answer.status_code for answer in answers],
        answers[0].json()["is_deleted"],
        answers[0].json()["reason"],
    )
    assert [] == (await caller.get("/v1/secrets")).json()["data"]
    with pytest.raises(PermanentError):
        await kept(gateway)


@pytest.mark.parametrize("job_type", ["download", "download_playlist"])
async def test_a_job_names_a_secret_that_is_there(caller: httpx2.AsyncClient, log: MemoryLog, job_type: str) -> None:
    input_data = {"url": "https://example.org/a", "cookies": "site"}
    body = {"type": job_type, "project_id": await created(log), "input_data": input_data}
    before = await caller.post("/v1/jobs", json=body)
    await put(caller)
    after = await caller.post("/v1/jobs", json=body)
    assert (422, "/input_data/cookies", 202) == (
        before.status_code,
        before.json()["errors"][0]["pointer"],
        after.status_code,
    )


async def test_the_log_and_its_interface_show_only_the_seal(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await put(caller)
    entries = (await log.scan(0, 10)).entries
    assert CANARY not in str(entries)
    assert CANARY not in (await caller.get("/v1/events")).text


async def test_setting_the_same_again_seals_it_anew(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answers = [await put(caller) for _ in range(2)]
    assert ([200, 200], 2) == ([answer.status_code for answer in answers], await log.last_sequence())


async def test_a_change_of_what_somebody_else_changed_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await put(caller)
    body = {"kind": "cookies", "value": COOKIES}
    answer = await caller.put(PATH, json=body, headers={"If-Match": '"99"'})
    assert (412, 1) == (answer.status_code, await log.last_sequence())


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (COOKIES + f".x.org\tTRUE\t/\t{CANARY}", "line 3: it has 4 of the 7 fields"),
        (f".x.org\tTRUE\t/\tMAYBE\t0\ta\t{CANARY}", "line 1: its second and its fourth field"),
        (f"\n\n.x.org\tTRUE\tx\tTRUE\t0\ta\t{CANARY}", "line 3: its third field"),
        (f".x.org\tTRUE\t/\tTRUE\t{CANARY}\ta\tb", "line 1: its fifth field"),
        (f"\tTRUE\t/\tTRUE\t0\ta\t{CANARY}", "line 1: its first field"),
        (".x.org\tTRUE\t/\tTRUE\t0\t\t", "line 1: it has neither"),
        (f".x.org\tTRUE\t/\tTRUE\t0\ta\t{CANARY}\x00", "line 1: there is a control character"),
        (f".x.org\tTRUE\t/\tTRUE\t0\ta\t{CANARY}\rb", "line 1: there is a control character"),
        (f'[{{"name": "{CANARY}"}}]', "this is JSON"),
        (f"# {CANARY}\n\n", "there is no cookie in it"),
        ("", "at least 1 character"),
        ("\ud800", "valid string"),
    ],
)
async def test_what_is_no_cookies_is_refused_without_being_shown(
    caller: httpx2.AsyncClient, log: MemoryLog, value: str, reason: str
) -> None:
    answer = await put(caller, value)
    error = answer.json()["errors"][0]
    assert (422, "/value", 0) == (answer.status_code, error["pointer"], await log.last_sequence())
    assert reason in error["detail"]
    assert CANARY not in answer.text


@pytest.mark.parametrize("name", ["Site", "a_b", "-a", "a" * 64, "%2e%2e", "a%0a", "a%00", "é", "secret.a", "*"])
async def test_a_hostile_name_is_refused(caller: httpx2.AsyncClient, log: MemoryLog, name: str) -> None:
    assert 422 == (await put(caller, path=f"/v1/secrets/{name}")).status_code
    assert 0 == await log.last_sequence()


@pytest.mark.parametrize("body", [{"kind": "token", "value": "x"}, {"value": "x"}, {"kind": "cookies", "more": CANARY}])
async def test_another_body_is_refused(caller: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    answer = await caller.put(PATH, json=body)
    assert 422 == answer.status_code
    assert CANARY not in answer.text


async def test_a_secret_that_is_too_large_is_refused(gateway: Gateway, settings: GatewaySettings) -> None:
    object.__setattr__(gateway, "most_secret_bytes", 50)
    transport = httpx2.ASGITransport(build_app(gateway, settings))
    headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway:8420", headers=headers) as caller:
        answer = await put(caller)
    assert (413, "/value") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_without_a_key_no_secret_is_taken(caller: httpx2.AsyncClient, gateway: Gateway, log: MemoryLog) -> None:
    object.__setattr__(gateway, "sealer", Sealer(SecretStr("")))
    answer = await put(caller)
    assert (501, "secrets-not-configured", 0) == (
        answer.status_code,
        answer.json()["type"],
        await log.last_sequence(),
    )


async def test_a_stranger_gets_nothing(stranger: httpx2.AsyncClient) -> None:
    assert [401, 401, 401] == [
        (await stranger.request(method, PATH if method != "GET" else "/v1/secrets")).status_code
        for method in ("PUT", "GET", "DELETE")
    ]


def test_cookies_are_kept_without_comments_below_their_header() -> None:
    exported = "\ufeff# made by an add-on\r\n\r\n#HttpOnly_.x.org\tTRUE\t/\tFALSE\t\ta\tb\r\n"
    expected = "# Netscape HTTP Cookie File\n#HttpOnly_.x.org\tTRUE\t/\tFALSE\t\ta\tb\n"
    assert expected == netscape_cookies(exported)
