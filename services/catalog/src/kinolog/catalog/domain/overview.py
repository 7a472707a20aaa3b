"""The queues at a glance: what waits, what runs, and for whom."""

from collections.abc import Iterable, Sequence

from kinolog.catalog.domain.workload import Group, Project, Running, Workload
from kinolog.common.queries import LaneState, ProjectLoad, QueueState


def overview(workload: Workload) -> list[QueueState]:
    busy = {group.queue for group in workload.groups} | {each.queue for each in workload.running}
    return [_queue_state(name, workload) for name in sorted(busy | workload.settings.set_queues())]


def _queue_state(name: str, workload: Workload) -> QueueState:
    groups = workload.groups_of(name)
    running = [each for each in workload.running if each.queue == name]
    return QueueState(
        name=name,
        is_paused=workload.settings.queue(name).is_paused,
        lanes=[_lane_state(lane, groups, running) for lane in _lanes(groups, running)],
        projects=[_load(project, groups, running, workload) for project in _projects(groups, running)],
    )


def _lanes(groups: Iterable[Group], running: Iterable[Running]) -> list[int]:
    return sorted({group.lane for group in groups} | {each.lane for each in running}, reverse=True)


def _projects(groups: Iterable[Group], running: Iterable[Running]) -> list[Project]:
    found = {group.project_id for group in groups} | {each.project_id for each in running}
    return sorted(found, key=lambda project_id: project_id or "")


def _lane_state(lane: int, groups: Sequence[Group], running: Sequence[Running]) -> LaneState:
    of_lane = [group for group in groups if group.lane == lane]
    return LaneState(
        lane=lane,
        waiting=sum(group.waiting for group in of_lane),
        delayed=sum(group.delayed for group in of_lane),
        running=sum(each.count for each in running if each.lane == lane),
        oldest_queued_at=min((group.oldest_since for group in of_lane if group.oldest_since), default=None),
    )


def _load(project: Project, groups: Sequence[Group], running: Sequence[Running], workload: Workload) -> ProjectLoad:
    share = workload.settings.share(project)
    return ProjectLoad(
        project_id=project,
        waiting=sum(group.waiting for group in groups if group.project_id == project),
        running=sum(each.count for each in running if each.project_id == project),
        weight=share.weight,
        max_running=share.max_running,
    )
