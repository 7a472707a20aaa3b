"""Hints over plain NATS: what was just published about running jobs and about settings, before it is even stored.

A hint only says where to look; whoever misses one finds out at the next regular look.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from nats.aio.client import Client
from nats.aio.msg import Msg

from kinolog.common import subjects
from kinolog.common.aggregates import SETTING
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.controls import queue_setting, worker_setting
from kinolog.common.subjects import EventSubject
from kinolog.common.worker.identity import Identity


@asynccontextmanager
async def listening(
    client: Client, identity: Identity, *, on_cancel: Callable[[str], None], on_setting: Callable[[str, int], None]
) -> AsyncIterator[None]:
    """Call `on_cancel` with the id of each job that is to be cancelled; `on_setting` with the id and the new version of
    a setting of this worker's.
    """

    async def hear_of_cancel(message: Msg) -> None:
        on_cancel(EventSubject.parse(message.subject).id)

    async def hear_of_setting(message: Msg) -> None:
        subject = EventSubject.parse(message.subject)
        on_setting(subject.id, subject.version)

    names = (*map(queue_setting, identity.queues), worker_setting(identity.worker_id))
    filters = [subjects.aggregate_filter(SETTING.kind, setting_id(name)) for name in names]
    subscriptions = [await client.subscribe(subjects.ALL_CANCEL_REQUESTS, cb=hear_of_cancel)]
    subscriptions += [await client.subscribe(each, cb=hear_of_setting) for each in filters]
    try:
        yield
    finally:
        if client.is_connected:
            for subscription in subscriptions:
                await subscription.unsubscribe()
