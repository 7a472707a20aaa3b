"""Events that change some fields must leave the others alone, after a trip through the log as well."""

from kinolog.common.aggregates import PROJECT, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.events.project import ProjectCreated, ProjectUpdated
from kinolog.common.events.video import VideoUpdated
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, registered


async def described_project(log: MemoryLog) -> str:
    project_id = new_id("prj")
    created = ProjectCreated(name="Old", description="About it")
    await log.append(unborn(PROJECT, project_id).changes(created), ORIGIN)
    return project_id


async def test_a_new_name_leaves_the_description_alone() -> None:
    log = MemoryLog()
    project_id = await described_project(log)
    loaded = await load(log, PROJECT, project_id)
    await log.append(loaded.changes(ProjectUpdated(name="New")), ORIGIN)
    project = (await load(log, PROJECT, project_id)).require()
    assert ("New", "About it") == (project.name, project.description)


async def test_a_description_can_be_taken_away() -> None:
    log = MemoryLog()
    project_id = await described_project(log)
    loaded = await load(log, PROJECT, project_id)
    await log.append(loaded.changes(ProjectUpdated(description=None)), ORIGIN)
    project = (await load(log, PROJECT, project_id)).require()
    assert ("Old", None) == (project.name, project.description)


async def test_a_new_title_leaves_the_video_in_its_project() -> None:
    log = MemoryLog()
    video_id = await registered(log)
    loaded = await load(log, VIDEO, video_id)
    await log.append(loaded.changes(VideoUpdated(title="New")), ORIGIN)
    assert loaded.require().project_id == (await load(log, VIDEO, video_id)).require().project_id
