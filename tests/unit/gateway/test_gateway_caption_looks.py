"""Captions as ASS over HTTP: in the look that burning gives them."""

import httpx2
import pytest

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created, registered

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n"


@pytest.fixture
async def project_id(log: MemoryLog) -> str:
    return await created(log)


@pytest.fixture
async def video_id(log: MemoryLog, project_id: str) -> str:
    return await registered(log, project_id=project_id)


async def caption_in(caller: httpx2.AsyncClient, video_id: str, **style: object) -> str:
    body = {"video_id": video_id, "language": "en", "content": SRT, "style": style}
    return f"/v1/captions/{(await caller.post('/v1/captions', json=body)).json()['id']}/content"


async def font_of(caller: httpx2.AsyncClient, content: str) -> str:
    script = (await caller.get(content, params={"format": "ass"})).text
    return script.partition("Style: Default,")[2].partition(",&H")[0]


async def test_a_script_has_the_look_of_the_preset_that_the_style_names(
    caller: httpx2.AsyncClient, video_id: str
) -> None:
    content = await caption_in(caller, video_id, preset="plain", fontSize=33)
    assert "Arimo,33" == await font_of(caller, content)


async def test_a_script_has_the_look_of_the_projects_own_preset(
    caller: httpx2.AsyncClient, project_id: str, video_id: str
) -> None:
    style = {"fontName": "Anton", "fontSize": 44}
    await caller.put(f"/v1/presets/house?project_id={project_id}", json={"style": style})
    assert "Anton,44" == await font_of(caller, await caption_in(caller, video_id, preset="house"))


async def test_a_preset_that_is_gone_fails_the_script_alone(
    caller: httpx2.AsyncClient, project_id: str, video_id: str
) -> None:
    path = f"/v1/presets/house?project_id={project_id}"
    await caller.put(path, json={"style": {"fontSize": 44}})
    content = await caption_in(caller, video_id, preset="house")
    await caller.delete(path)
    answers = [await caller.get(content, params={"format": kind}) for kind in ("srt", "ass")]
    assert [200, 422] == [answer.status_code for answer in answers]
    assert "there is no preset house" in answers[1].text


async def test_a_font_that_only_workers_have_is_refused_with_the_setting_to_look_at(
    caller: httpx2.AsyncClient, video_id: str
) -> None:
    style = {"input_data": {"style": {"fontName": "Workers Own"}}}
    answer = await caller.post("/v1/jobs", json={"type": "burn", "video_id": video_id, **style})
    assert "set KINOLOG_RENDER_FONTS_DIR for the gateway too where render workers find it there" in answer.text
