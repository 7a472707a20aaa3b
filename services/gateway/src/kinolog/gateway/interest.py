"""What a live client wants to hear of: everything, some projects, or some jobs."""

from collections import OrderedDict
from typing import Annotated, Final

from pydantic import Field

from kinolog.common.events import RecordedEvent
from kinolog.common.fields import Request
from kinolog.common.log import EventLog

MOST_NAMES: Final = 200
_MOST_REMEMBERED: Final = 10_000

Names = Annotated[frozenset[Annotated[str, Field(max_length=60)]], Field(max_length=MOST_NAMES)]


class Interest(Request):
    """Ids of jobs, ids of projects, or all; what is named in either list is wanted."""

    jobs: Names = frozenset()
    projects: Names = frozenset()
    all: bool = False


class ClientMessage(Request):
    """The only thing that a client may say. The latest one holds."""

    subscribe: Interest


EVERYTHING: Final = Interest(all=True)


class Belongings:
    """Which project an aggregate belongs to: its first event says so, and that never changes."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._known: OrderedDict[str, str | None] = OrderedDict()

    async def project_of(self, kind: str, aggregate_id: str) -> str | None:
        if kind == "project":
            return aggregate_id
        if aggregate_id not in self._known:
            events = await self._log.read(kind, aggregate_id)
            self._remember(aggregate_id, _project_named_by(events[0]) if events else None)
        self._known.move_to_end(aggregate_id)
        return self._known[aggregate_id]

    async def concerns(self, interest: Interest, kind: str, aggregate_id: str) -> bool:
        """Whether somebody with this interest wants to hear of this aggregate."""
        if interest.all or (kind == "job" and aggregate_id in interest.jobs):
            return True
        return bool(interest.projects) and await self.project_of(kind, aggregate_id) in interest.projects

    def _remember(self, aggregate_id: str, project_id: str | None) -> None:
        self._known[aggregate_id] = project_id
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)


def _project_named_by(first: RecordedEvent) -> str | None:
    told = getattr(first.event, "submission", None) or first.event
    return getattr(told, "project_id", None)
