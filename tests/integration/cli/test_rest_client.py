"""The REST client against a real HTTP server that behaves as told."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from posixpath import normpath
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kinolog.cli.address import Address
from kinolog.cli.client import connected
from kinolog.cli.errors import ApiRefused, Unreachable
from kinolog.cli.nats_server import free_port

CONTENT = b"frames " * 100_000
PROBLEM = {"title": "Not valid", "detail": "a: wrong", "errors": [{"pointer": "/a", "detail": "wrong"}]}
TWO_PROBLEMS = {"detail": "a: wrong", "errors": [*PROBLEM["errors"], {"pointer": "/b", "detail": "missing"}]}


class Answers(BaseHTTPRequestHandler):
    """`GET` of pages, problems and content."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        status, body = self._answer(url.path, {key: value[0] for key, value in parse_qs(url.query).items()})
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        if self.headers["Authorization"] != "Bearer t":
            return 401, b"no"
        match normpath(path):
            case "/v1/jobs":
                return 200, json.dumps(page(int(query.get("cursor", 0)), int(query["limit"]))).encode()
            case "/v1/elsewhere":
                return 200, b"{}"
            case "/v1/jobs/one":
                return 422, json.dumps(PROBLEM).encode()
            case "/v1/jobs/two":
                return 422, json.dumps(TWO_PROBLEMS).encode()
            case "/v1/videos/v/content":
                return 200, CONTENT
        return 404, path.encode()

    def log_message(self, *_: Any) -> None:
        """Standard error belongs to pytest."""


def page(start: int, limit: int) -> dict[str, Any]:
    """450 numbered items in all."""
    end = min(start + limit, 450)
    return {"data": [{"id": n} for n in range(start, end)], "has_more": end < 450, "next_cursor": str(end)}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server, serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield
    server.shutdown()
    thread.join()


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (200, 200), (201, 201), (10_000, 450)])
async def test_a_list_is_read_page_by_page(server: str, limit: int, count: int) -> None:
    async with connected(Address(server, "t")) as client:
        assert list(range(count)) == [job["id"] for job in await client.jobs({}, limit)]


@pytest.mark.parametrize(
    ("job", "status", "said"),
    [
        ("one", 422, "a: wrong"),
        ("two", 422, "a: wrong; /b: missing"),
        ("none", 404, "404 Not Found"),
        ("../elsewhere", 404, "404 Not Found"),
    ],
)
async def test_a_refusal_is_one_line(server: str, job: str, status: int, said: str) -> None:
    async with connected(Address(server, "t")) as client:
        with pytest.raises(ApiRefused) as refusal:
            await client.job(job)

    assert (status, said) == (refusal.value.status, str(refusal.value))


async def test_a_download_is_hashed_as_it_arrives(server: str, tmp_path: Path) -> None:
    async with connected(Address(server, "t")) as client:
        downloaded = await client.download_video("v", tmp_path / "v.mp4")

    assert (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT)) == (downloaded.sha256, downloaded.size_bytes)
    assert CONTENT == downloaded.path.read_bytes()


async def test_a_refused_download_leaves_no_file(server: str, tmp_path: Path) -> None:
    async with connected(Address(server, "wrong")) as client:
        with pytest.raises(ApiRefused, match="401"):
            await client.download_video("v", tmp_path / "v.mp4")

    assert [] == list(tmp_path.iterdir())


async def test_nobody_at_home_is_said_with_the_remedy() -> None:
    async with connected(Address(f"http://127.0.0.1:{free_port()}", "t")) as client:
        with pytest.raises(Unreachable, match="kinolog up"):
            await client.job("one")
