"""A query parameter that nobody reads is refused, on every route, with those that there are."""

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created
from kinolog.gateway.wiring import ROUTERS

ROUTES = [
    (method, route.path)
    for module in ROUTERS
    for route in module.router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_no_route_ignores_a_parameter(caller: httpx2.AsyncClient, method: str, path: str) -> None:
    answer = await caller.request(method, path, params={"nonsense": "1"}, json={})
    assert 422 == answer.status_code, answer.text
    if method != "HEAD":
        assert "?nonsense" == answer.json()["errors"][0]["pointer"]


@pytest.mark.parametrize(
    ("path", "asked", "said"),
    [
        ("/v1/jobs", "stauts=failed", "?stauts there is no such parameter: did you mean status?"),
        ("/v1/stats", "limit=3", "?limit there is no such parameter: remove it, there are min_seq"),
        ("/v1/fonts", "Limit=3", "?Limit there is no such parameter: remove it, there is nothing to choose here"),
        ("/v1/videos/vid_1/content", "t=3", "remove it, there are "),
        ("/v1/projects", "%22%0a=1", '?"\n there is no such parameter: remove it, there are cursor, deleted, limit, '),
    ],
)
async def test_a_misspelt_parameter_is_answered_with_what_there_is(
    caller: httpx2.AsyncClient, path: str, asked: str, said: str
) -> None:
    answer = await caller.get(f"{path}?{asked}")
    (error,) = answer.json()["errors"]
    assert said in f"{error['pointer']} {error['detail']}"


async def test_a_misspelt_purge_deletes_nothing(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    await caller.delete(f"/v1/projects/{project_id}?pruge=true")
    assert not (await caller.get(f"/v1/projects/{project_id}")).json()["is_deleted"]


async def test_the_description_knows_of_no_more_parameters(app: FastAPI) -> None:
    described = app.openapi()["paths"]["/v1/stats"]["get"]["parameters"]
    assert ["min_seq"] == [parameter["name"] for parameter in described]
