"""The queues at a glance."""

from kinolog.catalog.domain.overview import overview
from kinolog.catalog.domain.workload import Group, Running, Settings, Workload
from kinolog.common.queries import LaneState, ProjectLoad
from kinolog.common.testing.examples import NOON


def test_lanes_come_from_the_top_with_what_waits_and_runs_in_them() -> None:
    groups = [
        Group(queue="render", lane=0, project_id="a", waiting=2, delayed=1, oldest_since=NOON),
        Group(queue="render", lane=5, project_id="b", delayed=3),
    ]
    running = [Running(queue="render", lane=0, project_id="b", count=4)]
    [queue] = overview(Workload(groups, running))
    assert [
        LaneState(lane=5, waiting=0, delayed=3, running=0, oldest_queued_at=None),
        LaneState(lane=0, waiting=2, delayed=1, running=4, oldest_queued_at=NOON),
    ] == queue.lanes


def test_projects_come_with_their_shares() -> None:
    groups = [Group(queue="render", lane=0, project_id=project, waiting=1) for project in (None, "a")]
    settings = Settings({"project.a.share": {"weight": 2.0, "max_running": 3}})
    [queue] = overview(Workload(groups, (), settings))
    assert [
        ProjectLoad(project_id=None, waiting=1, running=0, weight=1.0, max_running=None),
        ProjectLoad(project_id="a", waiting=1, running=0, weight=2.0, max_running=3),
    ] == queue.projects


def test_a_paused_queue_without_jobs_is_shown() -> None:
    [queue] = overview(Workload(settings=Settings({"queue.render": {"is_paused": True}})))
    assert ("render", True, [], []) == (queue.name, queue.is_paused, queue.lanes, queue.projects)
