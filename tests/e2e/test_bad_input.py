"""What nobody should send: every answer is a documented 4xx or a failed job that says why, and nothing is half made."""

import json
from pathlib import Path
from typing import Any

import pytest
from harness.platform import SAMPLE, Platform

from kinolog.common.ids import new_id

FILES = {
    "text.mp4": (b"This is not a film.\n" * 100, "media_unsupported"),
    "noise.mp4": (bytes(range(256)) * 400, "media_unsupported"),
    "playlist.mp4": (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "media_unsupported"),
    "picture.mp4": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "media_unsupported"),
    "cut.mp4": (SAMPLE.read_bytes()[:60_000], None),
}


async def test_files_that_are_no_films_fail_with_a_clear_message(platform: Platform, tmp_path: Path) -> None:
    project_id = await platform.project()
    for name, (content, kind) in FILES.items():
        (tmp_path / name).write_bytes(content)
        job = await platform.ends((await platform.upload(project_id, tmp_path / name))["id"])
        assert "failed" == job["status"], name
        assert kind in (job["error_kind"], None), (name, job["error_kind"])
        assert len(job["error_message"]) > 20
    assert [] == (await platform.get("/v1/videos", project_id=project_id))["data"]


async def test_bad_requests_get_a_documented_answer_and_leave_no_event(platform: Platform) -> None:
    project_id = await platform.project()
    video_id = await platform.video(project_id)
    before = (await platform.get("/v1/stats"))["seq"]
    for method, path, body, expected in requests_that_are_refused(video_id):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await platform.client.request(
            method, path, content=content, headers={"Content-Type": "application/json"}
        )
        assert expected == answer.status_code, (method, path, body, answer.text)
        assert "application/problem+json" == answer.headers["content-type"].split(";")[0]
        assert {"type", "title", "status", "detail"} <= answer.json().keys()
    assert before == (await platform.get("/v1/stats"))["seq"]


def requests_that_are_refused(video_id: str) -> list[tuple[str, str, Any, int]]:
    def trim(**input_data: Any) -> dict[str, Any]:
        return {"type": "trim", "video_id": video_id, "input_data": input_data}

    return [
        ("POST", "/v1/jobs", b"", 400),
        ("POST", "/v1/jobs", b'{"type": ', 400),
        ("POST", "/v1/jobs", b'{"type": "trim", "priority": NaN}', 422),
        ("POST", "/v1/jobs", b'{"type": "trim", "priority": 1e999}', 422),
        ("POST", "/v1/jobs", trim(start_time=5, end_time=1), 422),
        ("POST", "/v1/jobs", trim(start_time=-1, end_time=1), 422),
        ("POST", "/v1/jobs", trim(start_time="soon", end_time=1), 422),
        ("POST", "/v1/jobs", trim(start_time=0, end_time=1, speed=2), 422),
        ("POST", "/v1/jobs", {**trim(start_time=0, end_time=1), "priority": 2**63}, 422),
        ("POST", "/v1/jobs", {**trim(start_time=0, end_time=1), "status": "completed"}, 422),
        ("POST", "/v1/jobs", {**trim(start_time=0, end_time=1), "video_id": new_id("vid")}, 404),
        ("POST", "/v1/jobs", {**trim(start_time=0, end_time=1), "video_id": "../../etc/passwd"}, 404),
        ("POST", "/v1/jobs", {"type": "explode", "video_id": video_id, "input_data": {}}, 422),
        ("POST", "/v1/jobs", {"type": "burn", "video_id": video_id, "input_data": {}}, 409),
        ("POST", "/v1/projects", {"name": "\x00"}, 422),
        ("POST", "/v1/projects", {"name": "   "}, 422),
        ("POST", "/v1/projects", {"name": "x" * 201}, 422),
        ("POST", "/v1/projects", {"name": 5}, 422),
        ("GET", f"/v1/jobs/{new_id('job')}", b"", 404),
        ("GET", "/v1/jobs/%2e%2e%2fetc", b"", 404),
        ("GET", "/v1/jobs?limit=0", b"", 422),
        ("GET", "/v1/jobs?limit=abc", b"", 422),
        ("GET", "/v1/jobs?cursor=nonsense", b"", 400),
        ("PUT", "/v1/jobs", {}, 405),
        ("GET", "/v1/nothing", b"", 404),
    ]


async def test_an_empty_upload_is_refused(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    project_id = await platform.project()
    with (tmp_path / "empty.mp4").open("rb") as file:
        answer = await platform.client.post(
            "/v1/videos/upload", data={"project_id": project_id}, files={"file": ("empty.mp4", file)}
        )
    assert 422 == answer.status_code
    assert [] == (await platform.get("/v1/jobs", project_id=project_id))["data"]


@pytest.mark.parametrize("name", ["../../../evil.mp4", "/etc/passwd", "C:\\evil.mp4", "-i.mp4", ".htaccess", "a" * 255])
async def test_a_file_name_is_a_label_and_never_a_path(platform: Platform, name: str) -> None:
    answer = await platform.client.post(
        "/v1/videos/upload", data={"project_id": await platform.project()}, files={"file": (name, SAMPLE.read_bytes())}
    )
    job = await platform.ends(answer.json()["id"])
    assert "completed" == job["status"]
    content = await platform.client.get(f"/v1/videos/{job['output_data']['video_id']}/content")
    assert 200 == content.status_code
    assert {"sha256", "tmp"} >= {path.name for path in (platform.running.folder / "blobs").iterdir()}


async def test_without_the_token_nothing_is_told(platform: Platform) -> None:
    for path in ("/v1/projects", "/v1/jobs", "/v1/events", "/v1/queues"):
        answer = await platform.client.get(path, headers={"Authorization": "Bearer wrong"})
        assert 401 == answer.status_code
        assert "Bearer" in answer.headers["www-authenticate"]
