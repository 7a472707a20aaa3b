"""A provisioned log on a server, for as long as a test needs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kinolog.common.log.connection import connect
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.provision import provision
from kinolog.common.settings import ServiceSettings


@asynccontextmanager
async def provisioned_log(nats_url: str, *, lease_seconds: float = 2.0) -> AsyncIterator[JetStreamLog]:
    settings = ServiceSettings(nats_url=nats_url)
    async with connect(settings, "test") as writes, connect(settings, "test-reads") as reads:
        await provision(writes, lease_seconds=lease_seconds)
        async with JetStreamLog.open(writes, reads, settings) as log:
            yield log
