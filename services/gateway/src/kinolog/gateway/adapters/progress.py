"""Progress as it is told: a plain subscription, since what is missed is overtaken a moment later."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from kinolog.common.subjects import ALL_PROGRESS
from kinolog.common.worker.board import heartbeat_of
from kinolog.common.worker.progress import Heartbeat

_logger: Final = structlog.get_logger(__name__)


@asynccontextmanager
async def listen(client: Client, report: Callable[[Heartbeat], None]) -> AsyncIterator[None]:
    """Hand every heartbeat of every job to `report` while the context lasts."""

    async def deliver(message: Msg) -> None:
        try:
            heartbeat = heartbeat_of(message)
        except ValidationError:
            _logger.warning("Ignored a heartbeat that cannot be read", subject=message.subject)
            return
        if heartbeat is not None:
            report(heartbeat)

    subscription = await client.subscribe(ALL_PROGRESS, cb=deliver)
    try:
        yield
    finally:
        if not client.is_closed:
            await subscription.unsubscribe()
