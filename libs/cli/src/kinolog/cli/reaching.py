"""Connections of commands to a NATS server that may be away: they say so after a moment, instead of trying for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from nats.aio.client import Client

from kinolog.cli.errors import Unreachable
from kinolog.common.errors import NotLetIn
from kinolog.common.log.connection import connect
from kinolog.common.log.watch import shown_address
from kinolog.common.settings import ServiceSettings

_CONNECT_SECONDS: Final = 5.0


@asynccontextmanager
async def reached(settings: ServiceSettings, name: str) -> AsyncIterator[Client]:
    """Raises Unreachable where no NATS server answers, or lets us in."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                client = await stack.enter_async_context(connect(settings, name))
        except NotLetIn as error:
            raise Unreachable(str(error)) from None
        except TimeoutError:
            address = shown_address(settings.nats_url)
            raise Unreachable(f"no NATS server answers at {address}; is the platform up?") from None
        yield client
