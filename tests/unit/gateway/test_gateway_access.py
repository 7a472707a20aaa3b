"""Who gets in, how, and what a browser is kept from."""

import re

import httpx2
import pytest
from pydantic import ValidationError

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created
from kinolog.gateway.settings import GatewaySettings

TOKEN = "a-token-for-tests"
SAME_ORIGIN = {"Origin": "http://gateway:8420"}


@pytest.fixture
async def browser(stranger: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Somebody who opened the link with the token."""
    await stranger.get(f"/?token={TOKEN}")
    return stranger


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer schlüssel"]
)
async def test_without_the_token_nobody_gets_in(stranger: httpx2.AsyncClient, authorization: str) -> None:
    answer = await stranger.get("/v1/projects", headers=[(b"Authorization", authorization.encode())])
    assert (401, "unauthenticated", 'Bearer realm="kinolog"') == (
        answer.status_code,
        answer.json()["type"],
        answer.headers["www-authenticate"],
    )


async def test_a_wrong_token_is_told_from_none(stranger: httpx2.AsyncClient) -> None:
    wrong = await stranger.get("/v1/projects", headers={"Authorization": "Bearer wrong"})
    none = await stranger.get("/v1/projects")
    assert wrong.json()["detail"].startswith("that is not this platform's token")
    assert "send the header Authorization: Bearer <token>" == none.json()["detail"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nothing"), ("POST", "/v1/videos/upload"), ("PUT", "/v1")])
async def test_strangers_do_not_learn_what_there_is(stranger: httpx2.AsyncClient, method: str, path: str) -> None:
    assert 401 == (await stranger.request(method, path)).status_code


async def test_the_link_with_the_token_sets_a_cookie_and_leaves_the_address_bar(stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.get(f"/?token={TOKEN}")
    cookie = answer.headers["set-cookie"]
    assert (303, "/") == (answer.status_code, answer.headers["location"])
    assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))
    assert TOKEN not in cookie


async def test_a_wrong_link_sets_no_cookie(stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.get("/?token=wrong")
    assert (401, None) == (answer.status_code, answer.headers.get("set-cookie"))


async def test_a_browser_with_the_cookie_may_read(browser: httpx2.AsyncClient) -> None:
    assert 200 == (await browser.get("/v1/projects")).status_code


async def test_our_own_page_may_change_things(browser: httpx2.AsyncClient) -> None:
    assert 201 == (await browser.post("/v1/projects", json={"name": "x"}, headers=SAME_ORIGIN)).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://gateway:8420.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_another_page_may_not_change_things(
    browser: httpx2.AsyncClient, log: MemoryLog, headers: dict[str, str]
) -> None:
    answer = await browser.post("/v1/projects", json={"name": "x"}, headers=headers)
    assert (403, "forbidden", 0) == (answer.status_code, answer.json()["type"], await log.last_sequence())


async def test_the_cookie_is_no_bearer_token(browser: httpx2.AsyncClient) -> None:
    cookie = next(iter(browser.cookies.values()))
    browser.cookies.clear()
    assert 401 == (await browser.get("/v1/projects", headers={"Authorization": f"Bearer {cookie}"})).status_code


async def test_the_page_runs_no_script_but_its_own(stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.get("/")
    policy = answer.headers["content-security-policy"]
    assert (200, True) == (answer.status_code, "script-src 'self'" in policy)
    assert "unsafe" not in policy
    assert re.search(r"<script(?![^>]*src=)|\son\w+=|style=|https?://", answer.text) is None


@pytest.mark.parametrize(
    ("name", "media_type"), [("app.js", "text/javascript"), ("app.css", "text/css"), ("icon.svg", "image/svg+xml")]
)
async def test_what_the_page_needs_is_served(stranger: httpx2.AsyncClient, name: str, media_type: str) -> None:
    answer = await stranger.get(f"/assets/{name}")
    assert (200, True) == (answer.status_code, answer.headers["content-type"].startswith(media_type))


async def test_the_page_shows_what_strangers_wrote_as_text_only(stranger: httpx2.AsyncClient) -> None:
    script = (await stranger.get("/assets/app.js")).text
    assert re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script) is None


async def test_a_gateway_without_a_token_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KINOLOG_TOKEN", raising=False)
    with pytest.raises(ValidationError):
        GatewaySettings()


async def test_the_token_is_not_shown_by_accident(settings: GatewaySettings) -> None:
    assert TOKEN not in repr(settings)


async def test_a_decent_request_id_is_echoed(caller: httpx2.AsyncClient) -> None:
    answer = await caller.get("/healthz", headers={"X-Request-Id": "abc-1"})
    assert "abc-1" == answer.headers["x-request-id"]


@pytest.mark.parametrize("request_id", ["a b", "x" * 200, '"><script>', ""])
async def test_an_indecent_request_id_is_replaced(caller: httpx2.AsyncClient, request_id: str) -> None:
    answer = await caller.get("/healthz", headers={"X-Request-Id": request_id})
    assert answer.headers["x-request-id"].startswith("req_")


async def test_reading_needs_no_same_origin(browser: httpx2.AsyncClient, log: MemoryLog) -> None:
    assert 200 == (await browser.get(f"/v1/projects/{await created(log)}")).status_code
