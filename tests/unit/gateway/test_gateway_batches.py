"""Many jobs in one request: each answered for, chained by name, done once, steered as one."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kinolog.common.aggregates import JOB
from kinolog.common.blobs import BlobStore
from kinolog.common.events import RecordedEvent
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created, failed, registered, started
from kinolog.gateway.memory import MemoryCatalog

TRIM = {"start_time": 1.0, "end_time": 2.0}


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path}/blobs")


def a_trim(video_id: str, **changes: Any) -> dict[str, Any]:
    return {"type": "trim", "video_id": video_id, "input_data": TRIM, **changes}


def statuses(answer: httpx2.Response) -> list[int]:
    return [item["status"] for item in answer.json()["data"]]


def policy_of(job: dict[str, Any]) -> tuple[str, bool]:
    return job["on_failure"], job["stops_batch"]


async def submit(caller: httpx2.AsyncClient, *items: Any, key: str | None = None, **more: Any) -> httpx2.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await caller.post("/v1/jobs/batch", json={"items": items, **more}, headers=headers)


async def test_every_item_is_answered_for_by_itself(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    answer = await submit(caller, a_trim(video_id), a_trim("vid_x"), {"type": "teleport"}, {})
    problems = [item["problem"]["errors"][0]["pointer"] for item in answer.json()["data"][1:]]
    assert (200, [202, 404, 422, 422]) == (answer.status_code, statuses(answer))
    assert ["/video_id", "/type", "/type"] == problems


async def test_all_jobs_of_a_batch_share_its_id_and_its_correlation(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    answer = (await submit(caller, a_trim(video_id), a_trim(video_id))).json()
    jobs = [item["job"] for item in answer["data"]]
    assert ({answer["id"]}, 1, 2) == (
        {job["batch_id"] for job in jobs},
        len({job["correlation_id"] for job in jobs}),
        len({job["id"] for job in jobs}),
    )


async def test_items_refer_to_earlier_ones_by_name(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    clip, text = {"$from": "clip.video_id"}, {"$from": "text.caption_id"}
    answer = await submit(
        caller,
        a_trim(video_id, name="clip"),
        {"name": "text", "type": "caption", "video_id": clip},
        {"type": "burn", "video_id": clip, "input_data": {"caption_id": text}, "depends_on": ["clip"]},
    )
    first, second, third = (item["job"] for item in answer.json()["data"])
    assert (f"{first['id']}.video_id", [first["id"]]) == (second["video_from"], second["depends_on"])
    assert {"$from": f"{second['id']}.caption_id"} == third["input_data"]["caption_id"]
    assert [first["id"], second["id"]] == third["depends_on"]


async def test_an_item_that_depends_on_a_refused_one_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    broken = a_trim(await registered(log), name="clip", priority="high")
    answer = await submit(caller, broken, {"name": "text", "type": "caption", "video_id": {"$from": "clip.video_id"}})
    assert ([422, 422], 1) == (statuses(answer), await log.last_sequence())
    assert "the item 0 of the batch" in answer.json()["data"][1]["problem"]["detail"]


@pytest.mark.parametrize("name", ["later", "second", "nobody"])
async def test_an_item_cannot_depend_on_itself_or_on_a_later_one(
    caller: httpx2.AsyncClient, log: MemoryLog, name: str
) -> None:
    video_id = await registered(log)
    items = (a_trim(video_id, name="second", depends_on=[name]), a_trim(video_id, name="later"))
    assert [422, 202] == statuses(await submit(caller, *items))


async def test_two_items_of_one_name_are_told_apart_by_refusing_the_second(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    video_id = await registered(log)
    answer = await submit(caller, a_trim(video_id, name="a"), a_trim(video_id, name="a"))
    assert [202, 422] == statuses(answer)


async def test_a_failure_takes_along_only_what_depends_on_it(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    items = (a_trim(video_id, name="a"), a_trim(video_id, depends_on=["a"]), a_trim(video_id, on_failure="cancel"))
    answer = await submit(caller, *items)
    jobs = [item["job"] for item in answer.json()["data"]]
    assert [("cancel", False), ("cancel", False), ("cancel", True)] == [policy_of(job) for job in jobs]


async def test_a_batch_may_decide_for_all_its_items(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    items = (a_trim(video_id, name="a"), a_trim(video_id, depends_on=["a"]))
    answer = await submit(caller, *items, on_failure="keep", reason="a try")
    assert ["keep", "keep"] == [item["job"]["on_failure"] for item in answer.json()["data"]]


@pytest.mark.parametrize(("policy", "stops_batch"), [("cancel", True), ("keep", False)])
async def test_a_failure_takes_the_batch_along_where_the_batch_says_so(
    caller: httpx2.AsyncClient, log: MemoryLog, policy: str, stops_batch: bool
) -> None:
    video_id = await registered(log)
    items = (a_trim(video_id, name="a"), a_trim(video_id, depends_on=["a"]))
    answer = await submit(caller, *items, on_failure=policy)
    assert [(policy, stops_batch)] * 2 == [policy_of(item["job"]) for item in answer.json()["data"]]


async def test_the_same_batch_under_the_same_key_is_done_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    items = (a_trim(video_id, name="a"), a_trim(video_id, depends_on=["a"]), {"type": "teleport"})
    first, again = [await submit(caller, *items, key="k") for _ in range(2)]
    assert (first.json(), 3) == (again.json(), await log.last_sequence())


async def test_another_batch_under_the_same_key_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    await submit(caller, a_trim(video_id), a_trim(video_id), key="k")
    answer = await submit(caller, a_trim(video_id), a_trim(video_id, priority=3), key="k")
    assert (422, "idempotency-mismatch", 3) == (answer.status_code, answer.json()["type"], await log.last_sequence())


async def test_nothing_of_another_batch_is_done_under_a_key(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    await submit(caller, a_trim("vid_x"), a_trim(video_id), key="k")
    answer = await submit(caller, a_trim(video_id, name="a"), a_trim(video_id, depends_on=["a"]), key="k")
    assert (422, "idempotency-mismatch", 2) == (answer.status_code, answer.json()["type"], await log.last_sequence())


async def test_a_shorter_batch_is_refused_under_the_key_of_one_whose_items_there_were_refused(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    video_id = await registered(log)
    await submit(caller, a_trim("vid_x"), a_trim(video_id), key="k")
    answer = await submit(caller, a_trim(video_id), key="k")
    assert (422, "idempotency-mismatch", 2) == (answer.status_code, answer.json()["type"], await log.last_sequence())


async def test_a_batch_with_a_key_is_taken_while_the_catalog_is_away(
    caller: httpx2.AsyncClient, log: MemoryLog, catalog: MemoryCatalog
) -> None:
    catalog.is_there = False
    assert [202] == statuses(await submit(caller, a_trim(await registered(log)), key="k"))


async def test_a_batch_of_which_nothing_was_taken_leaves_its_key_free(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    await submit(caller, a_trim("vid_x"), key="k")
    assert [202] == statuses(await submit(caller, a_trim(await registered(log)), key="k"))


async def test_a_batch_that_broke_off_is_completed_by_its_repetition(
    caller: httpx2.AsyncClient, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [a_trim(await registered(log), name="a"), a_trim(await registered(log))]
    whole = log.append

    async def refuse(*_: Any) -> int:
        raise RuntimeError("the process ends here")

    monkeypatch.setattr(log, "append", refuse)
    assert 500 == (await submit(caller, *items, key="k")).status_code
    monkeypatch.setattr(log, "append", whole)
    assert [202, 202] == statuses(await submit(caller, *items, key="k"))


async def test_hundreds_of_jobs_are_taken_at_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    items = [{"type": "caption", "video_id": video_id}] * 700
    assert {202} == set(statuses(await submit(caller, *items)))


@pytest.mark.parametrize("items", [[], [7], "all", [{"input_data": {"a": {}}}] * 1_001])
async def test_what_is_no_batch_is_refused(caller: httpx2.AsyncClient, items: Any) -> None:
    answer = await caller.post("/v1/jobs/batch", json={"items": items})
    assert (422, "validation") == (answer.status_code, answer.json()["type"])


async def test_an_item_nested_without_end_is_refused(caller: httpx2.AsyncClient) -> None:
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"a": deep}
    answer = await submit(caller, {"type": "caption", "input_data": deep}, key="k")
    assert (422, "/items/0") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_batch_tells_how_far_it_is(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    batch = (await submit(caller, *[a_trim(video_id)] * 4)).json()
    await failed(log, batch["data"][0]["job"]["id"])
    told = (await caller.get(f"/v1/batches/{batch['id']}?limit=3")).json()
    assert (4, {"failed": 1, "pending": 3}, 25.0, False) == (
        told["total"],
        told["by_status"],
        told["percent_done"],
        told["is_done"],
    )
    assert (3, True) == (len(told["items"]["data"]), told["items"]["has_more"])


async def test_a_batch_is_cancelled_as_one(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    batch = (await submit(caller, *[a_trim(video_id)] * 3)).json()
    ids = [item["job"]["id"] for item in batch["data"]]
    await started(log, ids[0])
    await failed(log, ids[1])
    done = (await caller.post(f"/v1/batches/{batch['id']}/cancel", json={"reason": "enough"})).json()
    jobs = [(await load(log, JOB, job_id)).require() for job_id in ids]
    assert (2, 2, [], True) == (done["matched"], done["changed"], done["skipped"], done["is_complete"])
    assert (True, "failed", "cancelled") == (jobs[0].cancel_requested, jobs[1].status, jobs[2].status)


async def test_a_batch_is_tried_again_as_one(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    batch = (await submit(caller, *[a_trim(video_id)] * 2)).json()
    for item in batch["data"]:
        await failed(log, item["job"]["id"])
    done = (await caller.post(f"/v1/batches/{batch['id']}/retry")).json()
    again = (await caller.post(f"/v1/batches/{batch['id']}/retry")).json()
    assert (2, 0) == (done["changed"], again["matched"])


async def test_a_job_is_tried_again_after_those_it_depends_on(
    caller: httpx2.AsyncClient, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    video_id = await registered(log)
    chain = [a_trim(video_id, name=f"n{i}", depends_on=[f"n{i - 1}"] * (i > 0)) for i in range(3)]
    batch = (await submit(caller, *chain)).json()
    ids = [item["job"]["id"] for item in batch["data"]]
    await caller.post(f"/v1/batches/{batch['id']}/cancel")
    read = log.read

    async def read_the_first_last(kind: str, aggregate_id: str) -> list[RecordedEvent]:
        for _ in range(100 if aggregate_id == ids[0] else 0):
            await asyncio.sleep(0)
        return await read(kind, aggregate_id)

    monkeypatch.setattr(log, "read", read_the_first_last)
    await caller.post(f"/v1/batches/{batch['id']}/retry")
    sequences = [(await load(log, JOB, job_id)).sequence for job_id in ids]
    assert sorted(sequences) == sequences


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_batch_that_is_not_there_is_not_found(caller: httpx2.AsyncClient, method: str) -> None:
    path = f"/v1/batches/bat_{'0' * 32}" + ("/cancel" if method == "POST" else "")
    assert 404 == (await caller.request(method, path)).status_code


async def test_a_video_is_captioned_and_burned_in_one_request(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"video_id": await registered(log), "caption": {"language": "en"}, "burn": {"style": {"fontSize": 30}}}
    answer = await caller.post("/v1/pipelines/caption-and-burn", json=body)
    caption, burn = (item["job"] for item in answer.json()["data"])
    assert ("en", {"fontSize": 30}, [caption["id"]]) == (
        caption["input_data"]["language"],
        burn["input_data"]["style"],
        burn["depends_on"],
    )


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 422, "/video_id"),
        ({"video_id": f"vid_{'0' * 32}"}, 404, "/video_id"),
        ({"video_id": f"vid_{'0' * 32}", "url": "https://example.org/a.mp4"}, 422, "/video_id"),
        ({"url": "https://example.org/a.mp4"}, 422, "/project_id"),
        ({"url": "file:///etc/passwd"}, 422, "/url"),
        ({"video_id": f"vid_{'0' * 32}", "title": "A film"}, 422, "/title"),
        ({"video_id": "x", "caption": {"model_size": "huge"}}, 422, "/caption/model_size"),
        ({"video_id": "x", "burn": {"style": {"fontSize": -1}}}, 422, "/burn/style/fontSize"),
    ],
)
async def test_a_pipeline_that_cannot_begin_is_refused_as_a_whole(
    caller: httpx2.AsyncClient, log: MemoryLog, body: dict[str, Any], status: int, pointer: str
) -> None:
    answer = await caller.post("/v1/pipelines/caption-and-burn", json=body)
    assert (status, pointer, 0) == (
        answer.status_code,
        answer.json()["errors"][0]["pointer"],
        await log.last_sequence(),
    )


async def test_a_video_from_the_web_is_fetched_captioned_and_burned(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"url": "https://example.org/a.mp4", "title": "A film", "project_id": await created(log)}
    answer = await caller.post("/v1/pipelines/caption-and-burn", json=body)
    fetch, caption, burn = (item["job"] for item in answer.json()["data"])
    assert (["download", "caption", "burn"], f"{fetch['id']}.video_id", "A film") == (
        [fetch["type"], caption["type"], burn["type"]],
        caption["video_from"],
        fetch["input_data"]["title"],
    )


async def upload(caller: httpx2.AsyncClient, project_id: str, pipeline: str, **headers: str) -> httpx2.Response:
    form: dict[str, Any] = {
        "data": {"project_id": project_id, "pipeline": pipeline},
        "files": {"file": ("a.mp4", b"film")},
    }
    return await caller.post("/v1/videos/upload", **form, headers=headers)


async def test_an_upload_may_be_followed_by_caption_and_burn(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    answer = await upload(caller, project_id, "caption-and-burn")
    first, caption, burn = (item["job"] for item in answer.json()["data"])
    assert (["upload", "caption", "burn"], {project_id}) == (
        [first["type"], caption["type"], burn["type"]],
        {first["project_id"], caption["project_id"], burn["project_id"]},
    )
    assert (f"{first['id']}.video_id", [first["id"], caption["id"]]) == (burn["video_from"], sorted(burn["depends_on"]))


async def test_an_upload_with_a_pipeline_and_a_key_is_done_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    answers = [await upload(caller, project_id, "caption-and-burn", **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert (answers[0].json(), 4) == (answers[1].json(), await log.last_sequence())


async def test_an_unknown_pipeline_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await upload(caller, await created(log), "make-it-nice")
    assert (422, "/pipeline", 1) == (
        answer.status_code,
        answer.json()["errors"][0]["pointer"],
        await log.last_sequence(),
    )


async def test_a_key_of_a_change_of_one_batch_is_refused_for_another_batch(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    ids = [(await submit(caller, a_trim(await registered(log)))).json()["id"] for _ in range(2)]
    headers = {"Idempotency-Key": "k"}
    answers = [await caller.post(f"/v1/batches/{batch_id}/cancel", headers=headers) for batch_id in ids]
    assert [200, 422] == [answer.status_code for answer in answers]
