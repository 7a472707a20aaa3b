"""Soft deletion and its undoing, the same for every resource that has them."""

from typing import TypeVar

from kinolog.common.aggregates import Caption, Project, Video
from kinolog.common.aggregates.base import Aggregate
from kinolog.common.aggregates.deletion import refuse_if_not_deleted
from kinolog.common.events import Event
from kinolog.gateway.command import Command
from kinolog.gateway.desk import Desk, Done

D = TypeVar("D", Project, Video, Caption)


async def delete(desk: Desk, aggregate: Aggregate[D], aggregate_id: str, command: Command, event: Event) -> Done[D]:
    """Deleting twice changes nothing the second time."""

    def decide(state: D) -> list[Event]:
        return [] if state.is_deleted else [event]

    return await desk.change(aggregate, aggregate_id, command, "delete", decide)


async def restore(desk: Desk, aggregate: Aggregate[D], aggregate_id: str, command: Command, event: Event) -> Done[D]:
    """Raises Refused where there is nothing to restore."""

    def decide(state: D) -> list[Event]:
        refuse_if_not_deleted(aggregate.kind, aggregate_id, is_deleted=state.is_deleted)
        return [event]

    return await desk.change(aggregate, aggregate_id, command, "restore", decide)
