"""Connections to NATS that never give up and whose callbacks never raise."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from nats.aio.client import Client

from kinolog.common.log.client import FastClient
from kinolog.common.settings import ServiceSettings

OnReconnect = Callable[[Client], None]

_logger: Final = structlog.get_logger(__name__)


@asynccontextmanager
async def connect(
    settings: ServiceSettings, name: str, on_reconnect: OnReconnect | None = None
) -> AsyncIterator[Client]:
    """One connection, closed at the end. Reconnects for ever, noticing a dead peer within ten seconds.

    A process holds two: direct gets are served inside a connection's read loop and would hold up its appends.
    """
    client = FastClient()

    async def on_disconnect() -> None:
        if not is_closing:
            _logger.warning("Lost the connection to NATS", connection=name)

    async def on_regained() -> None:
        _logger.info("Regained the connection to NATS", connection=name)
        if on_reconnect is not None:
            on_reconnect(client)

    is_closing = False
    await client.connect(
        [url.strip() for url in settings.nats_url.split(",")],
        name=name,
        inbox_prefix=f"_INBOX_{name}".encode(),
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.2,  # type: ignore[arg-type]  # any number of seconds works
        ping_interval=5,
        max_outstanding_pings=2,
        error_cb=_on_error,
        disconnected_cb=on_disconnect,
        reconnected_cb=on_regained,
        **_credentials(settings),
    )
    try:
        yield client
    finally:
        is_closing = True
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


async def _on_error(error: Exception) -> None:
    """An exception here would kill nats-py's read loop, so this only tells."""
    _logger.warning("NATS reported an error", error=repr(error))
