"""Jobs that refer to other jobs: where they do, and what comes of it."""

from typing import Any

import pytest

from kinolog.common.aggregates import JOB, Job
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.errors import Refused
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.pipelines import references, resolve
from kinolog.common.testing.examples import ORIGIN, a_submission

UPLOAD, CAPTION, VIDEO_ID = f"job_{'1' * 32}", f"job_{'2' * 32}", f"vid_{'3' * 32}"
BURN = {
    "type": "burn",
    "video_id": None,
    "video_from": f"{UPLOAD}.video_id",
    "input_data": {"caption_id": {"$from": f"{CAPTION}.caption_id"}, "style": {"fontSize": 30}},
}
OUTPUTS = {UPLOAD: {"video_id": VIDEO_ID}, CAPTION: {"caption_id": "cap_1"}}


async def a_job(**changes: Any) -> Job:
    log, job_id = MemoryLog(), new_id("job")
    submission = a_submission(**{**BURN, **changes})
    await log.append(unborn(JOB, job_id).changes(submit_job(submission, depends_on=[UPLOAD])), ORIGIN)
    return (await load(log, JOB, job_id)).require()


def test_references_are_found_in_the_video_and_in_the_input() -> None:
    assert {(UPLOAD, "video_id"), (CAPTION, "caption_id")} == references(a_submission(**BURN))


def test_a_job_without_references_has_none() -> None:
    assert set() == references(a_submission())


async def test_references_come_to_what_the_jobs_gave() -> None:
    resolved = resolve(await a_job(), OUTPUTS)
    expected = {"caption_id": "cap_1", "style": {"fontSize": 30.0}}
    assert (VIDEO_ID, expected) == (resolved.video_id, resolved.input_data)


async def test_a_list_is_filled_where_it_refers_to_other_jobs() -> None:
    merge = {"video_ids": [VIDEO_ID, {"$from": f"{UPLOAD}.video_id"}]}
    resolved = resolve(await a_job(type="merge", video_from=None, input_data=merge), OUTPUTS)
    assert [VIDEO_ID, VIDEO_ID] == resolved.input_data["video_ids"]


async def test_what_fits_no_place_of_a_list_is_refused_at_that_place() -> None:
    merge = {"video_ids": [VIDEO_ID, {"$from": f"{CAPTION}.caption_id"}]}
    with pytest.raises(Refused) as refusal:
        resolve(await a_job(type="merge", video_from=None, input_data=merge), OUTPUTS)
    assert "input_data.video_ids.1" == refusal.value.field


async def test_a_resolved_job_stays_in_its_project() -> None:
    job = await a_job()
    assert job.project_id == resolve(job, OUTPUTS).project_id


@pytest.mark.parametrize(
    ("changes", "outputs", "field"),
    [
        ({}, {CAPTION: {"caption_id": "cap_1"}}, "video_id"),
        ({}, {**OUTPUTS, UPLOAD: {"video_id": 7}}, "video_id"),
        ({}, {**OUTPUTS, UPLOAD: {"video_id": "../../etc"}}, "video_id"),
        ({}, {**OUTPUTS, CAPTION: {}}, "input_data.caption_id"),
        ({}, {**OUTPUTS, CAPTION: {"caption_id": ["cap_1"]}}, "input_data.caption_id"),
        ({"video_from": None}, OUTPUTS, "video_id"),
        ({"input_data": {"caption_id": {"$from": "caption"}}}, OUTPUTS, "input_data.caption_id"),
        ({"input_data": {"caption_id": {"$from": 7}}}, OUTPUTS, "input_data.caption_id"),
        ({"input_data": {"caption_id": {"$from": UPLOAD}}}, OUTPUTS, "input_data.caption_id"),
    ],
)
async def test_what_cannot_be_resolved_is_refused_at_its_field(
    changes: dict[str, Any], outputs: dict[str, Any], field: str
) -> None:
    job = await a_job(**changes)
    with pytest.raises(Refused) as refusal:
        resolve(job, outputs)
    assert field == refusal.value.field


def test_input_that_is_nested_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"style": deep}
    with pytest.raises(Refused, match="nested"):
        references(a_submission(input_data=deep))
