"""The way out for everything that users ask for: who may take it, where it leads, and when it ends."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from harness.certificate import certified
from harness.web_server import WebServer, answer_file, answer_raw, answer_status, head, web_server

from kinolog.common.reach import Reach
from kinolog.ingest.adapters.egress import Egress
from kinolog.ingest.adapters.egress_pass import EgressLimits, EgressPass
from kinolog.ingest.adapters.guard import Guard, system_resolver

LIMITS = EgressLimits(
    max_head_bytes=16_384,
    max_connections=100,
    max_connections_at_once=8,
    max_connection_bytes=10_000_000,
    head_timeout_seconds=10,
    connect_timeout_seconds=2,
    idle_timeout_seconds=5,
    lowest_speed_bytes_per_second=1_000,
    speed_window_seconds=5,
)

Open = Callable[..., AbstractAsyncContextManager[tuple[EgressPass, httpx2.AsyncClient]]]


def port_of(server: WebServer) -> int:
    return urlsplit(server.url).port or 80


@asynccontextmanager
async def way_out(
    *servers: WebServer, max_bytes: int = 10_000_000, resolve: Any = system_resolver, **limits: Any
) -> AsyncIterator[tuple[EgressPass, httpx2.AsyncClient]]:
    """A pass with which 127.0.0.1 can be reached at the ports of these servers, and a client that uses it."""
    reach = Reach((ip_network("127.0.0.1/32"),), frozenset(port_of(server) for server in servers))
    egress = Egress(Guard(reach, resolve), replace(LIMITS, **limits))
    async with egress.open(max_bytes) as egress_pass, client_of(egress_pass) as client:
        yield egress_pass, client


def client_of(egress_pass: EgressPass) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(proxy=egress_pass.url, trust_env=False)


def authorization(egress_pass: EgressPass) -> str:
    user = f"kinolog:{urlsplit(egress_pass.url).password}"
    return f"Proxy-Authorization: Basic {base64.b64encode(user.encode()).decode()}"


async def say(egress_pass: EgressPass, *lines: str) -> bytes:
    """The whole answer of the proxy to a head written by hand; nothing where it only hangs up."""
    parts = urlsplit(egress_pass.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


@pytest.fixture
async def canary() -> AsyncIterator[WebServer]:
    """Another address of this machine, which nobody allowed; its port is."""
    async with web_server(answer_status(200, b"secret"), host="127.0.0.2") as server:
        yield server


async def test_a_server_that_would_go_on_with_a_connection_is_not_taken_at_its_word() -> None:
    clinging = answer_raw(
        head(Connection="keep-alive", Content_Length="4") + b"film", b"", pause_seconds=1, for_ever=True
    )
    async with web_server(clinging) as server, way_out(server) as (_, client):
        assert [b"film", b"film"] == [(await client.get(server.url)).content for _ in range(2)]


async def test_an_allowed_address_is_reached_and_its_bytes_are_counted() -> None:
    async with web_server(answer_file(b"film" * 1_000)) as server, way_out(server) as (egress_pass, client):
        answer = await client.get(f"{server.url}/film.mp4?x=1")
        assert (b"film" * 1_000, "/film.mp4?x=1") == (answer.content, server.asked[0].path)
        assert (1, True) == (egress_pass.connection_count, 4_000 < egress_pass.passed_bytes < 5_000)
        assert (None, "close") == (egress_pass.refusal, server.asked[0].headers["connection"])


async def test_the_secret_of_the_pass_stays_inside() -> None:
    async with web_server(answer_status(200)) as server, way_out(server) as (_, client):
        await client.get(server.url)
        assert "proxy-authorization" not in server.asked[0].headers


async def test_an_encrypted_connection_goes_through_unseen(tmp_path: Path) -> None:
    ours, theirs = certified("127.0.0.1", tmp_path)
    async with (
        web_server(answer_file(b"film" * 100_000), tls=ours) as server,
        way_out(server) as (egress_pass, _),
        httpx2.AsyncClient(proxy=egress_pass.url, verify=theirs, trust_env=False) as client,
    ):
        answer = await client.get(f"{server.url}/film.mp4")
    assert (b"film" * 100_000, "/film.mp4") == (answer.content, server.asked[0].path)


async def test_a_tunnel_leads_to_an_allowed_address() -> None:
    async with web_server(answer_status(200, b"film")) as server, way_out(server) as (egress_pass, _):
        tunnel = f"CONNECT 127.0.0.1:{port_of(server)} HTTP/1.1"
        said = await say(egress_pass, tunnel, authorization(egress_pass), "", "GET / HTTP/1.1")
        assert (True, True) == (said.startswith(b"HTTP/1.1 200 Connection established"), said.endswith(b"film"))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.2",
        "127.2",
        "2130706434",
        "0x7f000002",
        "0177.0.0.2",
        "0x7f.0.0.2",
        "[::ffff:127.0.0.2]",
        "[::ffff:7f00:2]",
        "[::127.0.0.2]",
        "[64:ff9b::7f00:2]",
        "[2002:7f00:2::]",
    ],
)
@pytest.mark.parametrize("request_line", ["GET http://{}/ HTTP/1.1", "CONNECT {} HTTP/1.1"], ids=["plain", "tunnel"])
async def test_no_inner_address_is_connected_to_in_any_spelling(
    canary: WebServer, request_line: str, host: str
) -> None:
    async with way_out(canary) as (egress_pass, _):
        line = request_line.format(f"{host}:{port_of(canary)}")
        said = await say(egress_pass, line, authorization(egress_pass))
        refusal = egress_pass.refusal
    assert (b"HTTP/1.1 403", [], "url_not_allowed") == (said[:12], canary.asked, refusal and refusal.kind)


async def test_refusals_are_the_same_for_open_and_closed_ports_and_for_names(canary: WebServer) -> None:
    async def inner(host: str, port: int) -> list[str]:
        return ["127.0.0.2"]

    async with way_out(canary, resolve=inner) as (egress_pass, client):
        urls = [canary.url, "http://127.0.0.2:1/", f"http://inner.example:{port_of(canary)}/"]
        answers = [await client.get(url) for url in urls]
    assert 1 == len({(answer.status_code, answer.text, str(answer.headers)) for answer in answers})
    assert ["127.0.0.2", "inner.example"] == egress_pass.refused_hosts


async def test_each_connection_of_a_name_is_checked_anew(canary: WebServer) -> None:
    found = iter(["127.0.0.1", "127.0.0.2"])

    async def rebinding(host: str, port: int) -> list[str]:
        return [next(found)]

    async with (
        web_server(answer_status(200), port=port_of(canary)) as server,
        way_out(server, resolve=rebinding) as (_, client),
    ):
        url = f"http://film.example:{port_of(server)}/"
        assert [200, 403] == [(await client.get(url)).status_code for _ in range(2)]
    assert [] == canary.asked


async def test_the_next_address_of_a_name_is_tried_where_one_does_not_answer() -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    async with web_server(answer_status(200, b"film")) as server:
        reach = Reach((ip_network("127.0.0.0/8"),), frozenset({port_of(server)}))
        async with Egress(Guard(reach, two), LIMITS).open(10_000) as egress_pass, client_of(egress_pass) as client:
            assert b"film" == (await client.get(f"http://film.example:{port_of(server)}/")).content


async def test_what_may_be_reached_and_is_not_there_is_no_refusal() -> None:
    async with web_server(answer_status(200)) as server:
        pass
    async with way_out(server) as (egress_pass, client):
        answer = await client.get(server.url)
        assert (502, None, 1) == (answer.status_code, egress_pass.refusal, egress_pass.unreachable_count)


@pytest.mark.parametrize("authorization", [(), ("Proxy-Authorization: Basic a2lub2xvZzp4",)], ids=["none", "wrong"])
async def test_nobody_without_the_secret_gets_out(authorization: tuple[str, ...]) -> None:
    async with web_server(answer_status(200)) as server, way_out(server) as (egress_pass, _):
        said = await say(egress_pass, f"GET {server.url}/ HTTP/1.1", *authorization)
        assert (True, [], 0) == (said.startswith(b"HTTP/1.1 407 "), server.asked, egress_pass.connection_count)


async def test_a_head_that_makes_no_sense_or_is_too_long_goes_nowhere() -> None:
    async with web_server(answer_status(200)) as server, way_out(server) as (egress_pass, _):
        bad = await say(egress_pass, "GET / HTTP/1.1")
        long = await say(egress_pass, "GET / HTTP/1.1", "X: " + "x" * 40_000)
        assert (b"HTTP/1.1 400", []) == (bad[:12], server.asked)
        assert long[:12] in (b"", b"HTTP/1.1 400")


async def test_a_head_that_never_ends_is_not_waited_for() -> None:
    async with web_server(answer_status(200)) as server, way_out(server, head_timeout_seconds=0.2) as (egress_pass, _):
        parts = urlsplit(egress_pass.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(b"GET / HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(reader.read(), 5)
        writer.transport.abort()


async def test_an_answer_beyond_the_budget_is_cut_so_that_nobody_takes_it_for_whole() -> None:
    endless = answer_raw(head(), bytes(100_000), for_ever=True)
    async with web_server(endless) as server, way_out(server, max_bytes=1_000_000) as (egress_pass, client):
        with pytest.raises(httpx2.TransportError):
            await client.get(server.url)
        assert egress_pass.is_over_budget
        assert "media_limits" == (egress_pass.refusal and egress_pass.refusal.kind)


async def test_the_budget_is_one_for_all_connections() -> None:
    async with (
        web_server(answer_file(bytes(400_000))) as server,
        way_out(server, max_bytes=1_000_000) as (egress_pass, client),
    ):
        for _ in range(2):
            await client.get(server.url)
        with pytest.raises(httpx2.TransportError):
            await client.get(server.url)
    assert egress_pass.is_over_budget


@pytest.mark.parametrize(
    "limit", [{"max_connection_bytes": 1_000}, {"max_connections": 0}], ids=["bytes", "connections"]
)
async def test_every_limit_of_connections_is_remembered(limit: dict[str, int]) -> None:
    async with web_server(answer_file(bytes(400_000))) as server, way_out(server, **limit) as (egress_pass, client):
        with pytest.raises(httpx2.TransportError):
            await client.get(server.url)
        assert egress_pass.is_over_budget


async def test_one_connection_too_many_at_once_is_hung_up_on() -> None:
    is_over = asyncio.Event()
    waiting = answer_file(b"film", stop_after=0, then=is_over.wait)
    async with web_server(waiting) as server, way_out(server, max_connections_at_once=1) as (_, client):
        async with client.stream("GET", server.url):
            with pytest.raises(httpx2.TransportError):
                await client.get(server.url)
        is_over.set()


@pytest.mark.parametrize(
    ("limit", "piece"),
    [({"idle_timeout_seconds": 0.2}, b""), ({"speed_window_seconds": 0.3}, b"x")],
    ids=["silent", "dribbling"],
)
async def test_a_server_that_wastes_time_is_cut_off(limit: dict[str, Any], piece: bytes) -> None:
    slow = answer_raw(head(Content_Length="9999"), piece, pause_seconds=0.02, for_ever=True)
    async with web_server(slow) as server, way_out(server, **limit) as (egress_pass, client):
        with pytest.raises(httpx2.TransportError):
            await client.get(server.url)
        assert egress_pass.refusal is None


async def test_a_client_that_reads_slowly_is_not_blamed_on_the_server() -> None:
    strict: dict[str, Any] = {"speed_window_seconds": 0.1, "lowest_speed_bytes_per_second": 10_000}
    async with web_server(answer_file(bytes(3_000_000))) as server, way_out(server, **strict) as (_, client):
        answer = await client.send(client.build_request("GET", server.url), stream=True)
        await asyncio.sleep(0.3)
        assert 3_000_000 == len(await answer.aread())


async def test_an_answer_that_ends_with_its_connection_is_whole() -> None:
    async with web_server(answer_raw(head(), bytes(1_000))) as server, way_out(server) as (_, client):
        assert 1_000 == len((await client.get(server.url)).content)


async def test_an_answer_that_is_talked_into_is_not_taken_for_whole() -> None:
    endless = answer_raw(head() + b"begun", b"", pause_seconds=1, for_ever=True)
    async with web_server(endless) as server, way_out(server) as (egress_pass, _):
        asked = (f"GET {server.url}/ HTTP/1.1", authorization(egress_pass))
        assert b"" == await say(egress_pass, *asked, "", "GET / HTTP/1.1")


def test_the_secret_of_a_pass_is_not_shown() -> None:
    assert "secret" not in repr(EgressPass("http://kinolog:secret@127.0.0.1:1", 1))


async def test_what_is_open_is_cut_when_the_pass_ends() -> None:
    is_over = asyncio.Event()
    async with web_server(answer_file(bytes(9), stop_after=1, then=is_over.wait)) as server:
        async with way_out(server) as (egress_pass, client):
            answer = await client.send(client.build_request("GET", server.url), stream=True)
        is_over.set()
    with pytest.raises(OSError, match="Connect"):
        await say(egress_pass, "GET / HTTP/1.1")
    assert not answer.is_stream_consumed
