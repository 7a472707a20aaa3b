"""Models that a hub gives, well, slowly, in part, or not at all."""

import asyncio
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, Unpack

import pytest

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.testing import eventually
from kinolog.transcribe.adapters.hub import Hub
from kinolog.transcribe.adapters.thread import Caller, Stopped
from kinolog.transcribe.domain.transcript import Measures

COMMIT: Final = "c" * 40
NOWHERE: Final = "http://127.0.0.1:1"


@dataclass
class Plan:
    """What the hub has, how many bytes of a file it gives before it hangs up, how often at most it gives any of
    `model.bin`, and with what status it answers.

    While `gate` is closed, it stops after the first bytes of `model.bin`.
    """

    folder: Path
    gives_bytes: int = 1 << 30
    gives_times: int = 1 << 30
    status: int = 200
    spoils: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    ranges: list[str] = field(default_factory=list)


class HubServer(BaseHTTPRequestHandler):
    """Answers for `tiny`."""

    def __init__(self, plan: Plan, *connection: Any) -> None:
        self.plan = plan
        super().__init__(*connection)

    def do_GET(self) -> None:
        if self.path.startswith("/api/"):
            siblings = [_entry(file) for file in sorted(self.plan.folder.iterdir())]
            self._send_json({"id": "Systran/faster-whisper-tiny", "sha": COMMIT, "siblings": siblings})
        else:
            self._send_file(self.plan.folder / Path(self.path).name)

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is for failures."""

    def _send_file(self, file: Path) -> None:
        asked = self.headers["Range"]
        content, begin = file.read_bytes(), int(asked.removeprefix("bytes=").rstrip("-"))
        if file.name == "model.bin":
            self.plan.ranges.append(asked)
            content = content[::-1] if self.plan.spoils else content
        self.send_response(206)
        self.send_header("Content-Length", str(len(content) - begin))
        self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if len(self.plan.ranges) > self.plan.gives_times:
            self.close_connection = True
            return
        self.wfile.write(content[begin : begin + 1_000])
        if file.name == "model.bin":
            self.plan.gate.wait(timeout=20)
        self.wfile.write(content[begin + 1_000 : begin + self.plan.gives_bytes])
        self.close_connection = True

    def _send_json(self, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(self.plan.status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)


def _entry(file: Path) -> dict[str, Any]:
    content = file.read_bytes()
    large = {"lfs": {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 1}}
    return {"rfilename": file.name, "size": len(content), "blobId": "0", **(large if file.suffix == ".bin" else {})}


@pytest.fixture
def plan(model_dir: Path) -> Plan:
    plan = Plan(model_dir)
    plan.gate.set()
    return plan


@pytest.fixture
def url(plan: Plan) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(HubServer, plan))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    plan.gate.set()
    server.shutdown()
    server.server_close()


class Told:
    """What a fetch told of itself."""

    def __init__(self) -> None:
        self.percents: list[float] = []
        self.last: Measures = {}

    def __call__(self, phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None:
        self.percents += [percent] if percent is not None else []
        self.last = more


Fetch = Callable[..., Any]


@pytest.fixture
def fetch(tmp_path: Path) -> Fetch:
    """The folder of `tiny`, from the hub at an address, into the one cache of the test."""

    async def fetched(url: str, caller: Caller | None = None, timeout_seconds: float = 5.0) -> Path:
        hub = Hub(url, tmp_path / "cache", timeout_seconds)
        return await asyncio.to_thread(hub.folder, "tiny", caller or Caller(Told()))

    return fetched


async def test_a_model_is_fetched_once_and_then_found_on_disk(
    fetch: Fetch, url: str, plan: Plan, model_dir: Path
) -> None:
    fetched = await fetch(url)

    assert fetched == await fetch(NOWHERE)
    assert (model_dir / "model.bin").read_bytes() == (fetched / "model.bin").read_bytes()
    assert ["bytes=0-"] == plan.ranges


async def test_a_fetch_tells_how_far_it_is(fetch: Fetch, url: str, model_dir: Path) -> None:
    told = Told()

    await fetch(url, Caller(told))

    await eventually(lambda: told.percents[-1] == 100.0)
    total = sum(file.stat().st_size for file in model_dir.iterdir())
    assert (total, total) == (told.last["done_bytes"], told.last["total_bytes"])
    assert sorted(told.percents) == told.percents


async def test_a_line_that_breaks_is_taken_up_again(fetch: Fetch, url: str, plan: Plan) -> None:
    plan.gives_bytes = 700_000

    await fetch(url)

    assert ["bytes=0-", "bytes=700000-", "bytes=1400000-"] == plan.ranges


async def test_a_fetch_that_broke_off_goes_on_where_it_ended(fetch: Fetch, url: str, plan: Plan) -> None:
    plan.gives_bytes, plan.gives_times = 700_000, 1
    with pytest.raises(PassingError, match="broke off") as failure:
        await fetch(url)
    plan.gives_bytes, plan.gives_times = 1 << 30, 1 << 30

    await fetch(url)

    assert "model_download" == failure.value.kind
    assert ["bytes=0-", "bytes=700000-", "bytes=700000-"] == plan.ranges


async def test_two_workers_that_want_the_same_model_fetch_it_once(fetch: Fetch, url: str, plan: Plan) -> None:
    plan.gate.clear()
    jobs = [asyncio.create_task(fetch(url)) for _ in range(2)]
    await eventually(lambda: bool(plan.ranges))

    plan.gate.set()

    first, second = await asyncio.gather(*jobs)
    assert (second, ["bytes=0-"]) == (first, plan.ranges)


async def test_a_fetch_whose_caller_leaves_ends_and_keeps_what_came(fetch: Fetch, url: str, plan: Plan) -> None:
    caller = Caller(Told())
    plan.gate.clear()
    fetching = asyncio.create_task(fetch(url, caller))
    await eventually(lambda: bool(plan.ranges))

    caller.leave()
    plan.gate.set()

    with pytest.raises(Stopped):
        await fetching
    await fetch(url)
    assert "bytes=0-" != plan.ranges[1]


async def test_a_model_that_came_damaged_is_thrown_away(fetch: Fetch, url: str, plan: Plan) -> None:
    plan.spoils = True
    with pytest.raises(PassingError, match=r"model\.bin came damaged from the hub"):
        await fetch(url)
    plan.spoils = False

    await fetch(url)

    assert ["bytes=0-", "bytes=0-"] == plan.ranges


async def test_a_hub_that_is_ill_is_asked_again_later(fetch: Fetch, url: str, plan: Plan) -> None:
    plan.status = 503

    with pytest.raises(PassingError, match="broke off"):
        await fetch(url)


async def test_a_model_that_the_hub_does_not_give_fails_at_once(fetch: Fetch, url: str, plan: Plan) -> None:
    plan.status = 404

    with pytest.raises(PermanentError, match="choose another model_size"):
        await fetch(url)


async def test_without_a_hub_a_job_fails_at_once_and_says_what_to_do(fetch: Fetch) -> None:
    began_at = time.monotonic()

    with pytest.raises(PermanentError, match=r"'tiny' is not on this machine.*set KINOLOG_TRANSCRIBE_MODEL_DIR") as no:
        await fetch(NOWHERE)

    assert "model_unavailable" == no.value.kind
    assert time.monotonic() - began_at < 3


async def test_a_hub_that_does_not_answer_is_given_up_on(fetch: Fetch) -> None:
    silent, given_up = socket.create_server(("127.0.0.1", 0)), pytest.raises(PermanentError, match="cannot be reached")
    with silent, given_up:
        await fetch(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.5)


async def test_what_the_hub_calls_a_commit_must_be_one(fetch: Fetch, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "COMMIT", "../../../../etc")

    with pytest.raises(PermanentError, match="does not give it"):
        await fetch(url)
