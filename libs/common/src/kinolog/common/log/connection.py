"""Connections to NATS that never give up once they are there, and whose callbacks never raise from then on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from nats.aio.client import Client

from kinolog.common.errors import NotLetIn
from kinolog.common.log.client import FastClient
from kinolog.common.log.watch import Watch, shown_address
from kinolog.common.settings import ServiceSettings

OnReconnect = Callable[[Client], None]

_PATIENCE: Final[dict[str, Any]] = {
    "allow_reconnect": True,
    "max_reconnect_attempts": -1,
    "reconnect_time_wait": 0.2,
    "ping_interval": 5,
    "max_outstanding_pings": 2,
}


@asynccontextmanager
async def connect(
    settings: ServiceSettings, name: str, on_reconnect: OnReconnect | None = None
) -> AsyncIterator[Client]:
    """One connection, closed at the end. Reconnects for ever, noticing a dead peer within ten seconds.

    A process holds two: direct gets are served inside a connection's read loop and would hold up its appends.
    Raises NotLetIn where user and password are wrong from the beginning; later on, whoever reloads the server's
    configuration may do so once more.
    """
    client, is_open = FastClient(), False
    watch = Watch(name, shown_address(settings.nats_url), asyncio.get_running_loop().time)

    async def on_error(error: Exception) -> None:
        watch.error(error, is_connected=client.is_connected)

    async def on_disconnect() -> None:
        if is_open:
            watch.lost()

    async def on_regained() -> None:
        watch.connected()
        if on_reconnect is not None:
            on_reconnect(client)

    try:
        await client.connect(
            [url.strip() for url in settings.nats_url.split(",")],
            name=name,
            inbox_prefix=f"_INBOX_{name}".encode(),
            error_cb=on_error,
            disconnected_cb=on_disconnect,
            reconnected_cb=on_regained,
            **_PATIENCE,
            **_credentials(settings),
        )
    except NotLetIn:
        await client.close()
        raise
    is_open = True
    watch.connected()
    try:
        yield client
    finally:
        is_open = False
        await _close(client)


async def _close(client: Client) -> None:
    """Where the connection is lost at that very moment, nats-py cancels what it waits for itself."""
    try:
        await client.close()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise


def _credentials(settings: ServiceSettings) -> dict[str, Any]:
    if settings.nats_user is None or settings.nats_password is None:
        return {}
    return {"user": settings.nats_user, "password": settings.nats_password.get_secret_value()}
