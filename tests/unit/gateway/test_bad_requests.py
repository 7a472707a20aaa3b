"""Requests that must be refused with a problem that says why, and must leave nothing behind."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import registered

JSON = {"Content-Type": "application/json"}
# Parameters must be the same in every process that collects the tests.
JOB_ID, VIDEO_ID, PROJECT_ID, CAPTION_ID = (f"{prefix}_{'0' * 32}" for prefix in ("job", "vid", "prj", "cap"))


def refused(answer: httpx2.Response) -> tuple[int, str]:
    """Status and type of what must be a problem of the documented shape."""
    assert "application/problem+json" == answer.headers["content-type"], answer.text
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance", "request_id", "errors"} == set(problem)
    assert (answer.status_code, answer.headers["x-request-id"]) == (problem["status"], problem["request_id"])
    assert 400 > len(problem["detail"])
    return answer.status_code, problem["type"]


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({"type": "trim", "input_data": {"start": 1, "end_time": 2}}, "did you mean start_time?"),
        ({"type": "reframe", "input_data": {"aspect": "1:1", "q": 1}}, "aspect, mode, x, y, height, title"),
        ({"type": "caption", "input_date": {}}, "did you mean input_data?"),
        ({"type": "trim", "input_data": {"ranges": [{"start": 1}]}}, "remove it"),
        ({"type": "cut"}, "trim, watermark"),
    ],
)
async def test_a_misspelt_name_is_answered_with_those_that_there_are(
    caller: httpx2.AsyncClient, job: dict[str, Any], said: str
) -> None:
    answer = await caller.post("/v1/jobs", json={"video_id": VIDEO_ID, **job})

    assert (422, "validation") == refused(answer)
    assert any(said in error["detail"] for error in answer.json()["errors"]), answer.json()


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 400, "malformed-body"),
        (b'{"name": "x"', 400, "malformed-body"),
        (b'{"name": "x"]', 400, "malformed-body"),
        (b'{"name": "\xff\xfe"}', 400, "malformed-body"),
        (b'{"name": "\\ud800"}', 422, "validation"),
        (b'{"\\ud800": 1}', 422, "validation"),
        (b'{"name": NaN}', 422, "validation"),
        (b"[]", 422, "validation"),
        (b"null", 422, "validation"),
        (b'"name"', 422, "validation"),
        (b"{}", 422, "validation"),
        (b'{"name": 7}', 422, "validation"),
        (b'{"name": null}', 422, "validation"),
        (b"[" * 40_000 + b"]" * 1_000, 400, "malformed-body"),
        (b'{"name": ' + b"[" * 200 + b"]" * 200 + b"}", 422, "validation"),
        (b'{"name": ' + b"1" * 5_000 + b"}", 400, "malformed-body"),
        (b'{"name": "x", "owner_id": "me"}', 422, "validation"),
        (b'{"name": "x", "status": "done"}', 422, "validation"),
        (b'{"name": "a\\u0000b"}', 422, "validation"),
        (b'{"name": "a\\nb"}', 422, "validation"),
        (b'{"name": ""}', 422, "validation"),
        (b'{"name": "   "}', 422, "validation"),
        (b'{"name": "' + b"x" * 201 + b'"}', 422, "validation"),
        (b'{"name": "x", "description": "a\\u0007b"}', 422, "validation"),
        (b'{"name": "' + b"x" * 50_000 + b'"}', 413, "payload-too-large"),
    ],
)
async def test_a_bad_body_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, body: bytes, status: int, kind: str
) -> None:
    answer = await caller.post("/v1/projects", content=body, headers=JSON)
    assert (status, kind) == refused(answer)
    assert 0 == await log.last_sequence()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_that_is_not_called_json_is_refused(caller: httpx2.AsyncClient, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = await caller.post("/v1/projects", content=b'{"name": "x"}', headers=headers)
    assert (415, "unsupported-media-type") == refused(answer)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"type": "teleport"}, "/type"),
        ({"type": "upload", "input_data": {}}, "/type"),
        ({"type": "noop", "video_id": None, "input_data": {}}, "/type"),
        ({"type": 7}, "/type"),
        ({"video_id": None}, "/video_id"),
        ({"priority": 2**63}, "/priority"),
        ({"priority": -(2**63) - 1}, "/priority"),
        ({"priority": 1.5}, "/priority"),
        ({"priority": True}, "/priority"),
        ({"max_retries": -1}, "/max_retries"),
        ({"max_retries": 21}, "/max_retries"),
        ({"status": "completed"}, "/status"),
        ({"video_id": 7}, "/video_id"),
        ({"video_id": {"$from": 7}}, "/video_id"),
        ({"video_id": {"$from": "the upload"}}, "/video_id"),
        ({"video_id": {"$from": f"{JOB_ID}.video_id"}}, "/video_id"),
        ({"not_before": "2026-01-31T12:00:00"}, "/not_before"),
        ({"not_before": "3026-01-31T12:00:00Z"}, "/not_before"),
        ({"not_before": "2026-01-31T12:00:00Z", "delay_seconds": 5}, "/delay_seconds"),
        ({"delay_seconds": -1}, "/delay_seconds"),
        ({"delay_seconds": 1e9}, "/delay_seconds"),
        ({"delay_seconds": True}, "/delay_seconds"),
        ({"attempt_timeout_seconds": "5"}, "/attempt_timeout_seconds"),
        ({"depends_on": [JOB_ID]}, "/depends_on/0"),
        ({"depends_on": ["*"]}, "/depends_on/0"),
        ({"depends_on": [JOB_ID, JOB_ID]}, "/depends_on/1"),
        ({"depends_on": [JOB_ID] * 51}, "/depends_on"),
        ({"on_failure": "ignore"}, "/on_failure"),
        ({"attempt_timeout_seconds": 0}, "/attempt_timeout_seconds"),
        ({"total_timeout_seconds": float("inf")}, "/total_timeout_seconds"),
        ({"heartbeat_timeout_seconds": 1e9}, "/heartbeat_timeout_seconds"),
        ({"reason": "a\nb"}, "/reason"),
        ({"input_data": {"start_time": {"$from": "x"}, "end_time": 1.0}}, "/input_data/start_time"),
        ({"input_data": {"start_time": {"$from": f"{JOB_ID}.x"}, "end_time": "soon"}}, "/input_data/end_time"),
        ({"input_data": []}, "/input_data"),
        ({"input_data": {}}, "/input_data/start_time"),
        ({"input_data": {"start_time": 2.0, "end_time": 1.0}}, "/input_data"),
        ({"input_data": {"start_time": 1.0, "end_time": 1.0}}, "/input_data"),
        ({"input_data": {"start_time": -1.0, "end_time": 1.0}}, "/input_data/start_time"),
        ({"input_data": {"start_time": 1.0, "end_time": 1.0 + 1e-9}}, "/input_data"),
        ({"input_data": {"start_time": 0.0, "end_time": float("inf")}}, "/input_data/end_time"),
        ({"input_data": {"start_time": 0.0, "end_time": float("nan")}}, "/input_data/end_time"),
        ({"input_data": {"start_time": 0.0, "end_time": 2**63}}, "/input_data/end_time"),
        ({"input_data": {"start_time": 0.0, "end_time": 1.0, "interval": 3}}, "/input_data/interval"),
        ({"input_data": {"start_time": False, "end_time": 1.0}}, "/input_data/start_time"),
        ({"input_data": {"start_time": 0, "end_time": "1"}}, "/input_data/end_time"),
    ],
)
async def test_a_job_that_could_only_fail_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, changes: dict[str, Any], pointer: str
) -> None:
    job = {"type": "trim", "video_id": await registered(log), "input_data": {"start_time": 0.0, "end_time": 1.0}}
    answer = await caller.post("/v1/jobs", content=json.dumps({**job, **changes}).encode(), headers=JSON)
    assert (422, "validation") == refused(answer)
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert 1 == await log.last_sequence()


async def test_a_number_too_large_for_any_float_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video = f'"type": "trim", "video_id": "{await registered(log)}"'
    body = f'{{{video}, "input_data": {{"start_time": 0, "end_time": 1e999}}}}'
    assert (422, "validation") == refused(await caller.post("/v1/jobs", content=body.encode(), headers=JSON))


@pytest.mark.parametrize("video_id", [VIDEO_ID, "vid_", "../../etc/passwd", "x' OR 1=1 --", PROJECT_ID, "*", ">"])
async def test_a_job_on_a_video_that_is_not_there_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, video_id: str
) -> None:
    job = {"type": "caption", "video_id": video_id}
    assert (404, "not-found") == refused(await caller.post("/v1/jobs", json=job))
    assert 0 == await log.last_sequence()


@pytest.mark.parametrize(
    "path",
    [
        "/v1/jobs/7",
        "/v1/jobs/job_",
        f"/v1/jobs/{VIDEO_ID}",
        "/v1/jobs/%2e%2e",
        "/v1/jobs/%00",
        "/v1/jobs/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/v1/jobs/*",
        "/v1/jobs/%3e",
        f"/v1/jobs/{'x' * 5_000}",
        f"/v1/jobs/{JOB_ID}%0a",
        f"/v1/jobs/{JOB_ID}/events",
        f"/v1/videos/{VIDEO_ID}/content",
        "/v1/captions/cap_1/content",
        "/v1/nothing",
        "/assets/../settings.py",
        "/assets/%2e%2e%2fsettings.py",
        "/docs",
    ],
)
async def test_an_address_that_names_nothing_is_not_found(caller: httpx2.AsyncClient, path: str) -> None:
    assert (404, "not-found") == refused(await caller.get(path))


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/v1/jobs?limit=0", "?limit"),
        ("/v1/jobs?limit=-1", "?limit"),
        ("/v1/jobs?limit=1000000000", "?limit"),
        ("/v1/jobs?limit=abc", "?limit"),
        ("/v1/jobs?min_seq=-1", "?min_seq"),
        ("/v1/jobs?min_seq=9223372036854775808", "?min_seq"),
        ("/v1/jobs?status=done", "?status"),
        ("/v1/jobs?queue=%00", "?queue"),
        ("/v1/jobs?q=a%00b", "?q"),
        ("/v1/videos?is_clip=perhaps", "?is_clip"),
        ("/v1/events?since=-1", "?since"),
        ("/v1/events?since=x", "?since"),
        ("/v1/events?limit=201", "?limit"),
        ("/v1/events?aggregate=x%20y", "?aggregate"),
        (f"/v1/jobs/{JOB_ID}?as_of=yesterday", "?as_of"),
        (f"/v1/jobs/{JOB_ID}?as_of=2026-01-01T00:00:00", "?as_of"),
        (f"/v1/captions/{CAPTION_ID}/content?format=exe", "?format"),
    ],
)
async def test_a_bad_parameter_is_refused(caller: httpx2.AsyncClient, path: str, pointer: str) -> None:
    answer = await caller.get(path)
    assert (422, "validation") == refused(answer)
    assert [pointer] == [error["pointer"] for error in answer.json()["errors"]]


async def test_a_cursor_that_is_not_ours_is_refused(caller: httpx2.AsyncClient) -> None:
    assert (400, "validation") == refused(await caller.get("/v1/jobs?cursor=cut"))


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("PUT", "/v1/projects", "GET"), ("TRACE", "/v1/jobs", "GET"), ("POST", "/", "GET")]
)
async def test_a_wrong_method_is_told_the_right_ones(
    caller: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await caller.request(method, path)
    assert (405, "method-not-allowed") == refused(answer)
    assert allowed in answer.headers["allow"]


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "schlüssel".encode()])
async def test_a_bad_idempotency_key_is_refused(caller: httpx2.AsyncClient, log: MemoryLog, key: str | bytes) -> None:
    raw = key if isinstance(key, bytes) else key.encode()
    answer = await caller.post("/v1/projects", json={"name": "x"}, headers=[(b"Idempotency-Key", raw)])
    assert (422, "validation") == refused(answer)
    assert 0 == await log.last_sequence()


async def test_a_bad_etag_is_refused(caller: httpx2.AsyncClient) -> None:
    path = f"/v1/projects/{PROJECT_ID}"
    assert (412, "precondition-failed") == refused(await caller.delete(path, headers={"If-Match": "latest"}))


async def test_an_endless_address_is_refused(caller: httpx2.AsyncClient) -> None:
    assert (414, "uri-too-long") == refused(await caller.get(f"/v1/jobs?q={'x' * 9_000}"))


async def test_too_many_headers_are_refused(caller: httpx2.AsyncClient) -> None:
    headers = {f"X-Header-{number}": "1" for number in range(200)}
    assert (431, "headers-too-large") == refused(await caller.get("/v1/jobs", headers=headers))


async def test_a_huge_header_is_refused(caller: httpx2.AsyncClient) -> None:
    assert (431, "headers-too-large") == refused(await caller.get("/v1/jobs", headers={"X-Big": "x" * 20_000}))


async def test_an_error_of_ours_tells_nothing_of_its_cause(
    caller: httpx2.AsyncClient, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(log, "read", fail)
    answer = await caller.get(f"/v1/jobs/{JOB_ID}")
    assert (500, "internal") == refused(answer)
    assert "swordfish" not in answer.text


async def half_a_body() -> AsyncIterator[bytes]:
    yield b'{"name": '
    await asyncio.Event().wait()


async def test_a_sender_that_falls_silent_is_not_waited_for(caller: httpx2.AsyncClient) -> None:
    assert (408, "timeout") == refused(await caller.post("/v1/projects", content=half_a_body(), headers=JSON))
