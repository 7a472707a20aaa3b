"""Presets over HTTP: what ships, what people store, what goes before what; and styles that name what is not there."""

from typing import Any

import httpx2
import pytest

from kinolog.common.log.memory import MemoryLog
from kinolog.common.presets import SHIPPED
from kinolog.common.style import CaptionStyle
from kinolog.common.testing.examples import created, registered
from kinolog.gateway.look import LookCheck
from kinolog.gateway.params import Gateway

PATH = "/v1/presets/studio"
STYLE = {"fontName": "Anton", "fontSize": 30.0, "effect": "karaoke"}
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n"


@pytest.fixture
async def project_id(log: MemoryLog) -> str:
    return await created(log)


async def put(caller: httpx2.AsyncClient, path: str = PATH, **style: Any) -> httpx2.Response:
    return await caller.put(path, json={"style": style or STYLE, "reason": "a new look"})


def shown(answer: httpx2.Response, *names: str) -> tuple[Any, ...]:
    return (answer.status_code, *(answer.json()[name] for name in names))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_preset_is_a_style(name: str) -> None:
    assert dict(SHIPPED[name]) == CaptionStyle.model_validate(SHIPPED[name]).chosen()


async def test_what_ships_is_there_from_the_beginning(caller: httpx2.AsyncClient) -> None:
    data = (await caller.get("/v1/presets")).json()["data"]
    assert [(name, "shipped", None) for name in sorted(SHIPPED)] == [
        (preset["name"], preset["origin"], preset["sequence"]) for preset in data
    ]


async def test_a_stored_preset_is_read_as_it_was_set(caller: httpx2.AsyncClient) -> None:
    answer = await put(caller)
    assert (200, STYLE, "global", None, "user:owner", "a new look") == shown(
        answer, "style", "origin", "shadows", "changed_by", "reason"
    )
    read = await caller.get(PATH)
    assert (answer.json(), answer.headers["ETag"]) == (read.json(), read.headers["ETag"])


async def test_setting_the_same_again_changes_nothing(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answers = [await put(caller) for _ in range(2)]
    assert (answers[0].json(), 1) == (answers[1].json(), await log.last_sequence())


async def test_the_projects_own_goes_before_that_of_all_and_both_before_the_shipped_one(
    caller: httpx2.AsyncClient, project_id: str
) -> None:
    answers = [await put(caller, f"/v1/presets/plain{of}") for of in ("", f"?project_id={project_id}")]
    assert [("global", "shipped"), ("project", "global")] == [
        shown(answer, "origin", "shadows")[1:] for answer in answers
    ]
    held = [await caller.get(f"/v1/presets/plain{of}") for of in ("", f"?project_id={project_id}")]
    assert ["global", "project"] == [answer.json()["origin"] for answer in held]


async def test_a_list_has_each_name_once_as_it_holds_in_the_project(
    caller: httpx2.AsyncClient, log: MemoryLog, project_id: str
) -> None:
    other = await created(log)
    for path in ("box", f"box?project_id={project_id}", f"mine?project_id={project_id}"):
        await put(caller, f"/v1/presets/{path}")
    lists = [
        (await caller.get("/v1/presets", params=of)).json()["data"]
        for of in ({"project_id": project_id}, {"project_id": other})
    ]
    assert [[("box", "project"), ("mine", "project")], [("box", "global")]] == [
        [(each["name"], each["origin"]) for each in data if each["origin"] != "shipped"] for data in lists
    ]


async def test_deleting_brings_the_one_below_back(caller: httpx2.AsyncClient) -> None:
    await put(caller, "/v1/presets/plain")
    gone = await caller.delete("/v1/presets/plain?reason=old")
    assert (200, STYLE, True, "old", "shipped") == shown(gone, "style", "is_deleted", "reason", "shadows")
    assert "shipped" == (await caller.get("/v1/presets/plain")).json()["origin"]


@pytest.mark.parametrize(("name", "status"), [("plain", 409), ("studio", 404)])
async def test_what_was_never_stored_cannot_be_deleted(caller: httpx2.AsyncClient, name: str, status: int) -> None:
    assert status == (await caller.delete(f"/v1/presets/{name}")).status_code


async def test_what_is_not_there_cannot_be_read(caller: httpx2.AsyncClient) -> None:
    assert 404 == (await caller.get(PATH)).status_code


@pytest.mark.parametrize("path", [PATH, "/v1/presets"])
async def test_a_project_that_is_not_there_is_named(caller: httpx2.AsyncClient, path: str) -> None:
    answer = await caller.get(f"{path}?project_id=prj_{'0' * 32}")
    assert (404, "?project_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_preset_that_somebody_else_has_changed_is_kept(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await put(caller)
    answer = await caller.put(PATH, json={"style": {"box": True}}, headers={"If-Match": '"99"'})
    assert (412, 1) == (answer.status_code, await log.last_sequence())


@pytest.mark.parametrize(
    ("style", "pointer"),
    [
        ({}, "/style"),
        ({"preset": "plain"}, "/style/preset"),
        ({"fontName": "Comic Sans"}, "/style/fontName"),
        ({"fontSize": 5_000}, "/style/fontSize"),
        ({"colour": "red"}, "/style/colour"),
    ],
)
async def test_what_is_no_style_of_its_own_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, style: dict[str, Any], pointer: str
) -> None:
    answer = await caller.put(PATH, json={"style": style})
    assert (422, pointer, 0) == (answer.status_code, answer.json()["errors"][0]["pointer"], await log.last_sequence())


@pytest.mark.parametrize("name", ["Studio", "a_b", "-a", "a" * 41, "%2e%2e", "a%00", "é", "a.b", "*"])
async def test_a_hostile_name_of_a_preset_is_refused(caller: httpx2.AsyncClient, name: str) -> None:
    assert 422 == (await put(caller, f"/v1/presets/{name}")).status_code


@pytest.mark.parametrize(
    ("style", "key"), [({"preset": "nowhere"}, "preset"), ({"fontName": "Comic Sans"}, "fontName")]
)
async def test_a_style_that_names_what_is_not_there_is_refused_at_once(
    caller: httpx2.AsyncClient, log: MemoryLog, project_id: str, style: dict[str, Any], key: str
) -> None:
    video_id = await registered(log, project_id=project_id)
    caption = {"video_id": video_id, "language": "en", "content": SRT}
    made = (await caller.post("/v1/captions", json=caption)).json()["id"]
    burn = {"type": "burn", "video_id": video_id, "input_data": {"style": style, "caption_id": made}}
    answers = [
        await caller.post("/v1/captions", json={**caption, "style": style}),
        await caller.patch(f"/v1/captions/{made}", json={"style": style}),
        await caller.post("/v1/jobs", json=burn),
        await caller.post("/v1/pipelines/caption-and-burn", json={"video_id": video_id, "burn": {"style": style}}),
    ]
    assert [(422, f"{root}/{key}") for root in ("/style", "/style", "/input_data/style", "/burn/style")] == [
        (answer.status_code, answer.json()["errors"][0]["pointer"]) for answer in answers
    ]


async def test_where_render_has_fonts_of_its_own_any_name_may_be_one(
    caller: httpx2.AsyncClient, gateway: Gateway
) -> None:
    object.__setattr__(gateway, "looks", LookCheck(gateway.desk, knows_all_fonts=False))
    answers = [await put(caller, **style) for style in ({"fontName": "Comic Sans"}, {"fontName": "Comic{}"})]
    assert [200, 422] == [answer.status_code for answer in answers]


async def test_a_style_may_name_the_preset_of_its_own_project_alone(
    caller: httpx2.AsyncClient, log: MemoryLog, project_id: str
) -> None:
    await put(caller, f"{PATH}?project_id={project_id}")
    statuses = []
    for owner in (project_id, await created(log)):
        video_id = await registered(log, project_id=owner)
        body = {"video_id": video_id, "language": "en", "content": SRT, "style": {"preset": "studio"}}
        statuses.append((await caller.post("/v1/captions", json=body)).status_code)
    assert [201, 422] == statuses


async def test_a_stranger_sees_no_presets(stranger: httpx2.AsyncClient) -> None:
    assert [401, 401] == [(await stranger.request(method, PATH)).status_code for method in ("GET", "PUT")]
