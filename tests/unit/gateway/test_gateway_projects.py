"""Projects over HTTP: the plain resource, which shows what all resources share."""

import asyncio

import httpx2

from kinolog.common.events import RecordedEvent
from kinolog.common.ids import new_id
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created


async def test_a_new_project_is_answered_with_its_address(caller: httpx2.AsyncClient) -> None:
    answer = await caller.post("/v1/projects", json={"name": "Winter", "description": "Snow"})
    project = answer.json()
    assert (201, f"/v1/projects/{project['id']}", '"1"', "1") == (
        answer.status_code,
        answer.headers["location"],
        answer.headers["etag"],
        answer.headers["kinolog-sequence"],
    )
    assert ("project", "Winter", "Snow", False) == (
        project["object"],
        project["name"],
        project["description"],
        project["is_deleted"],
    )


async def test_a_project_is_read_as_it_was_made(caller: httpx2.AsyncClient) -> None:
    made = (await caller.post("/v1/projects", json={"name": "Winter"})).json()
    assert made == (await caller.get(f"/v1/projects/{made['id']}")).json()


async def test_a_list_shows_a_project_as_a_read_does(caller: httpx2.AsyncClient) -> None:
    made = (await caller.post("/v1/projects", json={"name": "Winter"})).json()
    listed = (await caller.get("/v1/projects")).json()
    assert ("list", [made], False, None) == (
        listed["object"],
        listed["data"],
        listed["has_more"],
        listed["next_cursor"],
    )


async def test_a_patch_changes_only_what_it_names(caller: httpx2.AsyncClient) -> None:
    made = (await caller.post("/v1/projects", json={"name": "Winter", "description": "Snow"})).json()
    patched = (await caller.patch(f"/v1/projects/{made['id']}", json={"name": "Spring"})).json()
    assert ("Spring", "Snow") == (patched["name"], patched["description"])


async def test_a_patch_that_changes_nothing_writes_nothing(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log, "Winter")
    answer = await caller.patch(f"/v1/projects/{project_id}", json={"name": "Winter"})
    assert (200, 1) == (answer.status_code, await log.last_sequence())


async def test_a_patch_of_an_older_state_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/projects/{await created(log)}"
    await caller.patch(path, json={"name": "Spring"})
    answer = await caller.patch(path, json={"name": "Summer"}, headers={"If-Match": '"1"'})
    assert (412, "precondition-failed", '"2"') == (
        answer.status_code,
        answer.json()["type"],
        answer.headers["etag"],
    )


async def test_a_patch_of_the_present_state_is_done(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/projects/{await created(log)}"
    answer = await caller.patch(path, json={"name": "Spring"}, headers={"If-Match": '"1"'})
    assert (200, "Spring") == (answer.status_code, answer.json()["name"])


async def test_deleting_twice_writes_one_event(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/projects/{await created(log)}"
    answers = [await caller.delete(path), await caller.delete(path)]
    assert [(200, True), (200, True)] == [(each.status_code, each.json()["is_deleted"]) for each in answers]
    assert 2 == await log.last_sequence()


async def test_a_deleted_project_leaves_the_list_and_comes_back(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    await caller.delete(f"/v1/projects/{project_id}")
    gone = (await caller.get("/v1/projects")).json()["data"]
    deleted = (await caller.get("/v1/projects?deleted=true")).json()["data"]
    await caller.post(f"/v1/projects/{project_id}/restore")
    back = (await caller.get("/v1/projects")).json()["data"]
    assert ([], [project_id], [project_id]) == (gone, [each["id"] for each in deleted], [each["id"] for each in back])


async def test_a_deleted_project_cannot_be_changed(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/projects/{await created(log)}"
    await caller.delete(path)
    answer = await caller.patch(path, json={"name": "Spring"})
    assert (409, "conflict") == (answer.status_code, answer.json()["type"])


async def test_the_events_of_a_request_carry_its_id_and_its_caller(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await caller.post("/v1/projects", json={"name": "Winter"}, headers={"X-Request-Id": "req-of-mine"})
    entry = (await log.scan(0, 1)).entries[0]
    assert isinstance(entry, RecordedEvent)
    assert ("req-of-mine", "user:owner", "gateway") == (
        entry.metadata.correlation_id,
        entry.metadata.actor,
        entry.metadata.source,
    )


async def test_the_same_key_makes_one_project(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    request = {"json": {"name": "Winter"}, "headers": {"Idempotency-Key": "k-1"}}
    answers = await asyncio.gather(*(caller.post("/v1/projects", **request) for _ in range(20)))  # type: ignore[arg-type]
    assert 1 == len({each.json()["id"] for each in answers})
    assert [200] * 19 + [201] == sorted(each.status_code for each in answers)
    assert 1 == await log.last_sequence()


async def test_a_repeated_request_says_that_it_was_done_before(caller: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = await caller.post("/v1/projects", json={"name": "Winter"}, headers=headers)
    second = await caller.post("/v1/projects", json={"name": "Winter"}, headers=headers)
    assert (first.json(), "true") == (second.json(), second.headers["idempotent-replayed"])


async def test_the_same_key_with_another_body_is_refused(caller: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k-1"}
    await caller.post("/v1/projects", json={"name": "Winter"}, headers=headers)
    answer = await caller.post("/v1/projects", json={"name": "Spring"}, headers=headers)
    assert (422, "idempotency-mismatch") == (answer.status_code, answer.json()["type"])


async def test_a_restore_with_a_key_may_be_repeated(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/projects/{await created(log)}"
    await caller.delete(path)
    answers = [await caller.post(f"{path}/restore", headers={"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert ([200, 200], 3) == ([each.status_code for each in answers], await log.last_sequence())


async def test_what_is_not_deleted_is_not_restored(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.post(f"/v1/projects/{await created(log)}/restore")
    assert (409, "conflict") == (answer.status_code, answer.json()["type"])


async def test_a_project_that_nobody_made_is_not_found(caller: httpx2.AsyncClient) -> None:
    answer = await caller.get(f"/v1/projects/{new_id('prj')}")
    assert (404, "not-found", "application/problem+json") == (
        answer.status_code,
        answer.json()["type"],
        answer.headers["content-type"],
    )


async def test_markup_in_a_name_comes_back_literally(caller: httpx2.AsyncClient) -> None:
    name = "<script>alert(1)</script> {{7*7}} javascript:x"
    assert name == (await caller.post("/v1/projects", json={"name": name})).json()["name"]
