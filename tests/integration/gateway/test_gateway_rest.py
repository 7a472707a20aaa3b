"""REST on the real thing: the log on JetStream, lists from the real catalog, bytes over a real connection."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from kinolog.common import queries
from kinolog.common.blobs import BlobStore
from kinolog.common.clock import system_clock
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.queries import ListQuery
from kinolog.common.subjects import catalog_query, worker_presence
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import created, registered, submitted
from kinolog.common.worker.progress import Presence
from kinolog.gateway.adapters.catalog import ERROR_CODE_HEADER, NatsCatalog
from kinolog.gateway.problems import Problem


async def test_a_caller_reads_its_own_writes(platform: Any) -> None:
    for number in range(20):
        made = (await platform.client.post("/v1/projects", json={"name": f"Project {number}"})).json()
        assert made["id"] == (await platform.client.get("/v1/projects?limit=1")).json()["data"][0]["id"]


async def test_a_list_shows_what_a_read_shows(platform: Any) -> None:
    made = (await platform.client.post("/v1/projects", json={"name": "Winter"})).json()
    read = (await platform.client.get(f"/v1/projects/{made['id']}")).json()
    listed = (await platform.client.get("/v1/projects")).json()["data"]
    assert ([comparable(read)]) == [comparable(project) for project in listed]


def comparable(project: dict[str, Any]) -> dict[str, Any]:
    """Times may be written with more or fewer digits."""
    return {name: value for name, value in project.items() if not name.endswith("_at")}


async def test_pages_follow_each_other(platform: Any) -> None:
    for number in range(5):
        await platform.client.post("/v1/projects", json={"name": f"{number}"})
    names: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await platform.client.get("/v1/projects", params={"limit": 2, "sort": "name", **cursor})).json()
        names += [project["name"] for project in page["data"]]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert ["0", "1", "2", "3", "4"] == names


@pytest.mark.parametrize(
    ("query", "status"), [("cursor=cut", 400), ("sort=password", 422), ("sort=name;drop%20table%20jobs", 422)]
)
async def test_what_the_catalog_refuses_is_a_problem(platform: Any, query: str, status: int) -> None:
    answer = await platform.client.get(f"/v1/projects?{query}")
    assert (status, "validation") == (answer.status_code, answer.json()["type"])


@pytest.mark.parametrize("q", ["' OR 1=1 --", "%", "_", "\\", "a'); DROP TABLE projects; --"])
async def test_fragments_of_sql_find_nothing(platform: Any, q: str) -> None:
    await platform.client.post("/v1/projects", json={"name": "Winter"})
    answer = await platform.client.get("/v1/projects", params={"q": q})
    assert (200, []) == (answer.status_code, answer.json()["data"])


async def test_the_same_key_makes_one_job_of_twenty_requests(platform: Any) -> None:
    video_id = await registered(platform.log)
    body = {"type": "trim", "video_id": video_id, "input_data": {"start_time": 0.0, "end_time": 1.0}}
    send = [platform.client.post("/v1/jobs", json=body, headers={"Idempotency-Key": "k"}) for _ in range(20)]
    answers = await asyncio.gather(*send)
    assert ({202}, 1, 2) == (
        {each.status_code for each in answers},
        len({each.json()["id"] for each in answers}),
        await platform.log.last_sequence(),
    )


async def test_writers_at_once_all_come_through(platform: Any) -> None:
    path = f"/v1/projects/{await created(platform.log)}"
    answers = await asyncio.gather(*(platform.client.patch(path, json={"name": f"{n}"}) for n in range(5)))
    assert [200] * 5 == [answer.status_code for answer in answers]
    assert 6 == await platform.log.last_sequence()


async def test_queues_show_depth_and_workers(platform: Any, nats_client: Client) -> None:
    await submitted(platform.log, priority=3)
    now = system_clock()
    worker = Presence(id="render-1", service="render", queue="render", host="h", pid=1, slots=1, started_at=now, at=now)
    await nats_client.publish(worker_presence(worker.id), worker.model_dump_json().encode())

    async def render() -> dict[str, Any]:
        queues = (await platform.client.get("/v1/queues")).json()["data"]
        return next(queue for queue in queues if queue["name"] == "render")

    async def has_worker() -> bool:
        return bool((await render())["workers"])

    await eventually(has_worker)
    queue = await render()
    lanes = {lane["lane"]: lane["depth"] for lane in queue["lanes"]}
    assert (1, 1, 0, ["render-1"]) == (
        queue["depth"],
        lanes[3],
        lanes[0],
        [each["id"] for each in queue["workers"]],
    )


async def test_a_video_is_served_over_a_real_connection(platform: Any, blobs_url: str) -> None:
    content = bytes(range(256)) * 20_000
    blob = await BlobStore.open(blobs_url).put_bytes(content, "video/mp4")
    path = f"/v1/videos/{await registered(platform.log, content=blob)}/content"
    whole = await platform.client.get(path)
    part = await platform.client.get(path, headers={"Range": "bytes=1000000-3000000"})
    head = await platform.client.head(path)
    assert (content, content[1_000_000:3_000_001], str(len(content))) == (
        whole.content,
        part.content,
        head.headers["content-length"],
    )


async def test_an_upload_is_stored_and_queued(platform: Any, tmp_path: Path) -> None:
    form = {"data": {"project_id": await created(platform.log)}, "files": {"file": ("a.mp4", b"film")}}
    answer: httpx2.Response = await platform.client.post("/v1/videos/upload", **form)
    digest = answer.json()["input_data"]["content"]["sha256"]
    assert (202, b"film") == (
        answer.status_code,
        (tmp_path / "blobs" / "sha256" / digest[:2] / digest[2:4] / digest).read_bytes(),
    )


async def test_a_catalog_that_is_not_there_is_a_problem(served_log: JetStreamLog, nats_client: Client) -> None:
    with pytest.raises(Problem) as raised:
        await NatsCatalog(nats_client, timeout_seconds=1).page("jobs", ListQuery())
    assert (503, "catalog-unavailable") == (raised.value.status, raised.value.kind)


async def test_a_catalog_that_is_stopping_is_told_in_one_piece_of_advice(nats_client: Client) -> None:
    async def decline(message: Msg) -> None:
        body = queries.Problem(code="unavailable", message="the catalog is stopping: ask again").model_dump_json()
        await nats_client.publish(message.reply, body.encode(), headers={ERROR_CODE_HEADER: "503"})

    await nats_client.subscribe(catalog_query("jobs"), cb=decline)
    with pytest.raises(Problem, match="lists, and the catalog is stopping: try again soon"):
        await NatsCatalog(nats_client, timeout_seconds=1).page("jobs", ListQuery())


async def test_a_log_that_is_away_is_a_problem_and_comes_back(platform: Any, nats_server: Any) -> None:
    nats_server.kill()
    answer = await platform.client.post("/v1/projects", json={"name": "x"}, headers={"Idempotency-Key": "k"})
    assert (503, "log-unavailable", True) == (
        answer.status_code,
        answer.json()["type"],
        "retry-after" in answer.headers,
    )
    nats_server.start()
    await eventually(platform.is_ready, within=20)
    again = await platform.client.post("/v1/projects", json={"name": "x"}, headers={"Idempotency-Key": "k"})
    assert again.status_code in (200, 201)
    assert 1 == await platform.log.last_sequence()


async def test_what_somebody_brings_as_subtitles_is_found_in_speech(platform: Any) -> None:
    video_id = await registered(platform.log, title="Winter")
    srt = "1\n00:00:01,000 --> 00:00:02,000\nSchöne Grüße\n\n2\n00:00:03,500 --> 00:00:04,000\naus dem Schnee\n"
    caption = {"video_id": video_id, "language": "de", "filename": "film.srt", "content": srt}
    made = (await platform.client.post("/v1/captions", json=caption)).json()
    found = (await platform.client.get("/v1/search", params={"q": "SCHNEE"})).json()
    await platform.client.delete(f"/v1/captions/{made['id']}")
    after = (await platform.client.get("/v1/search", params={"q": "schnee"})).json()
    assert [(made["id"], "Winter", 3.5, [[8, 14]])] == [
        (hit["caption_id"], hit["video_title"], hit["start"], hit["highlights"]) for hit in found["data"]
    ]
    assert ([], True) == (after["data"], after["is_complete"])
