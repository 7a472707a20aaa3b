"""Quotas: what a project takes, what it may take, and who is let in while others are on their way."""

import asyncio
from typing import Any

import httpx2
import pytest

from kinolog.common.events import BlobRef
from kinolog.common.log.memory import MemoryLog
from kinolog.common.queries import Usage
from kinolog.common.testing.examples import created, registered, submitted
from kinolog.gateway.desk import Desk
from kinolog.gateway.memory import MemoryCatalog
from kinolog.gateway.problems import Problem
from kinolog.gateway.quota import DefaultQuotas, Quotas

MINE, OTHER = f"prj_{'1' * 32}", f"prj_{'2' * 32}"


def quotas(log: MemoryLog, catalog: MemoryCatalog, project_bytes: int = 100, caller_bytes: int = 0) -> Quotas:
    return Quotas(Desk(log), catalog, DefaultQuotas(project_bytes, caller_bytes))


async def is_let_in(quotas: Quotas, more_bytes: int, project_id: str = MINE, holder: str | None = None) -> bool:
    try:
        await quotas.refuse_over_quota(project_id, more_bytes, holder=holder)
    except Problem as problem:
        return problem.kind != "quota-exceeded"
    return True


async def test_a_project_is_filled_to_its_last_byte(log: MemoryLog, catalog: MemoryCatalog) -> None:
    await registered(log, project_id=MINE, size_bytes=60)
    await registered(log, project_id=OTHER, size_bytes=100)
    here = quotas(log, catalog)
    assert [True, False] == [await is_let_in(here, more_bytes) for more_bytes in (40, 41)]


async def test_a_refusal_names_what_is_used_allowed_and_asked(log: MemoryLog, catalog: MemoryCatalog) -> None:
    await registered(log, project_id=MINE, size_bytes=60)
    with pytest.raises(Problem) as raised:
        await quotas(log, catalog).refuse_over_quota(MINE, 41)
    assert (413, "/project_id") == (raised.value.status, raised.value.errors[0].pointer)
    assert "has 60 of 100 bytes in use or announced, and 41 more" in raised.value.detail


async def test_an_upload_that_has_not_ended_takes_its_room(log: MemoryLog, catalog: MemoryCatalog) -> None:
    await submitted(log, type="upload", project_id=MINE, input_data={"size_bytes": 60})
    assert not await is_let_in(quotas(log, catalog), 41)


async def test_the_quota_of_the_caller_counts_all_projects(log: MemoryLog, catalog: MemoryCatalog) -> None:
    await registered(log, project_id=OTHER, size_bytes=60)
    here = quotas(log, catalog, project_bytes=0, caller_bytes=100)
    assert [True, False] == [await is_let_in(here, more_bytes) for more_bytes in (40, 41)]


async def test_of_two_uploads_at_once_only_one_gets_the_last_room(log: MemoryLog, catalog: MemoryCatalog) -> None:
    here = quotas(log, catalog)
    asking = [is_let_in(here, 60, holder=holder) for holder in ("upl_1", "upl_2")]
    assert [True, False] == list(await asyncio.gather(*asking))


async def test_room_that_is_released_is_free_again(log: MemoryLog, catalog: MemoryCatalog) -> None:
    here = quotas(log, catalog)
    assert await is_let_in(here, 60, holder="upl_1")
    for _ in range(2):
        here.release("upl_1")
    assert await is_let_in(here, 60, holder="upl_2")


async def test_who_is_refused_holds_no_room(log: MemoryLog, catalog: MemoryCatalog) -> None:
    here = quotas(log, catalog)
    assert [False, True] == [await is_let_in(here, size, holder=holder) for size, holder in ((101, "a"), (100, "b"))]


async def test_room_that_was_given_before_a_restart_is_held_again(log: MemoryLog, catalog: MemoryCatalog) -> None:
    here = quotas(log, catalog)
    here.hold("upl_1", MINE, 60)
    assert [False, True] == [await is_let_in(here, 60), await is_let_in(here, 60, OTHER)]


async def test_without_the_catalog_everything_is_let_in(log: MemoryLog, catalog: MemoryCatalog) -> None:
    catalog.is_there = False
    assert await is_let_in(quotas(log, catalog), 1_000)


async def test_without_a_quota_the_catalog_is_not_asked(log: MemoryLog, catalog: MemoryCatalog) -> None:
    catalog.usage = None  # type: ignore[assignment,method-assign]
    assert await is_let_in(quotas(log, catalog, project_bytes=0), 10**15)


async def test_a_project_may_have_a_quota_of_its_own(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/projects/{await created(log)}/quota"
    before, after = (await caller.get(path)).json(), (await caller.put(path, json={"quota_bytes": 5})).json()
    cleared = (await caller.delete(path)).json()
    assert [(0, True), (5, False), (0, True)] == [
        (answer["quota_bytes"], answer["is_default"]) for answer in (before, after, cleared)
    ]


async def test_a_quota_of_zero_lifts_that_of_the_platform(
    caller: httpx2.AsyncClient, log: MemoryLog, catalog: MemoryCatalog
) -> None:
    project_id = await created(log)
    await caller.put(f"/v1/projects/{project_id}/quota", json={"quota_bytes": 0})
    assert await is_let_in(quotas(log, catalog), 1_000, project_id)


@pytest.mark.parametrize("body", [{}, {"quota_bytes": -1}, {"quota_bytes": "5"}, {"quota_bytes": 2**63}])
async def test_a_quota_that_is_none_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, body: dict[str, Any]
) -> None:
    answer = await caller.put(f"/v1/projects/{await created(log)}/quota", json=body)
    assert (422, "/quota_bytes", 1) == (
        answer.status_code,
        answer.json()["errors"][0]["pointer"],
        await log.last_sequence(),
    )


async def test_a_project_tells_what_it_takes(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    await registered(log, project_id=project_id, size_bytes=60)
    await submitted(log, type="upload", project_id=project_id, input_data={"size_bytes": 7})
    await caller.put(f"/v1/projects/{project_id}/quota", json={"quota_bytes": 500})
    usage = (await caller.get(f"/v1/projects/{project_id}/usage")).json()
    expected = {"used_bytes": 60, "video_count": 1, "announced_bytes": 7, "quota_bytes": 500}
    assert expected == {name: usage[name] for name in expected}


@pytest.mark.parametrize("job_type", ["download", "download_playlist"])
async def test_nothing_is_fetched_into_a_full_project(
    caller: httpx2.AsyncClient, log: MemoryLog, job_type: str
) -> None:
    project_id = await created(log)
    await registered(log, project_id=project_id, size_bytes=60)
    await caller.put(f"/v1/projects/{project_id}/quota", json={"quota_bytes": 60})
    body = {"type": job_type, "project_id": project_id, "input_data": {"url": "https://example.org/a"}}
    answers = [await caller.post("/v1/jobs", json=body), await caller.post("/v1/jobs/batch", json={"items": [body]})]
    assert [413, 413] == [answers[0].status_code, answers[1].json()["data"][0]["status"]]


async def test_videos_of_the_very_same_bytes_are_listed(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log, content=BlobRef(sha256="a" * 64, size_bytes=1))
    await registered(log)
    answer = await caller.get("/v1/videos", params={"sha256": "A" * 64})
    assert [video_id] == [video["id"] for video in answer.json()["data"]]


@pytest.mark.parametrize("sha256", ["", "a" * 63, "g" * 64, "a" * 64 + "%0a", "*"])
async def test_what_is_no_hash_is_refused(caller: httpx2.AsyncClient, sha256: str) -> None:
    answer = await caller.get(f"/v1/videos?sha256={sha256}")
    assert (422, "?sha256") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_an_upload_that_becomes_a_job_while_another_asks_is_counted_once(
    log: MemoryLog, catalog: MemoryCatalog
) -> None:
    here, ask = quotas(log, catalog), catalog.usage
    here.hold("upl_1", MINE, 60)

    async def becoming_a_job(project_id: str | None, min_seq: int) -> Usage:
        if await log.last_sequence() == 0:
            await submitted(log, type="upload", project_id=MINE, input_data={"size_bytes": 60})
            usage = await ask(project_id, min_seq)
            here.release("upl_1")
            return usage
        return await ask(project_id, min_seq)

    catalog.usage = becoming_a_job  # type: ignore[method-assign]
    assert await is_let_in(here, 40, holder="upl_2")


async def test_who_is_refused_stands_in_nobody_s_way(log: MemoryLog, catalog: MemoryCatalog) -> None:
    here = quotas(log, catalog)
    asking = [is_let_in(here, size_bytes, holder=str(size_bytes)) for size_bytes in (40, 70, 60)]
    assert [True, False, True] == list(await asyncio.gather(*asking))


async def test_more_than_was_held_at_first_is_asked_for_anew(log: MemoryLog, catalog: MemoryCatalog) -> None:
    here = quotas(log, catalog)
    lets_in = [await is_let_in(here, size, holder=holder) for size, holder in ((1, "a"), (60, "b"), (60, "a"))]
    assert [True, True, False] == lets_in
