"""How the supervisor finds out that a part of the platform is ready: it asks the part itself."""

import asyncio
import json

import httpx2
from nats.aio.client import Client as NatsClient
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from kinolog.cli.nats_server import USER, NatsAccess
from kinolog.common.subjects import micro_service

_CONNECT_SECONDS = 1
_RETRY_SECONDS = 0
_ANSWERS_SECONDS = 0.25


async def connect(access: NatsAccess, user: str = USER) -> NatsClient | None:
    """A connection to the server, or None while it does not accept any."""

    async def ignore(error: Exception) -> None:
        """Refused connections are what we are waiting out; without this, nats-py logs each with a traceback."""

    client = NatsClient()
    try:
        await client.connect(
            access.url,
            user=user,
            password=access.password,
            connect_timeout=_CONNECT_SECONDS,
            allow_reconnect=False,
            reconnect_time_wait=_RETRY_SECONDS,
            error_cb=ignore,
            name="kinolog-supervisor",
        )
    except (OSError, NatsError, TimeoutError):
        # A refused client keeps its socket otherwise.
        await client.close()
        return None
    return client


async def instances(connection: NatsClient, service: str) -> set[str]:
    """The ids of all running instances of a service, by NATS service discovery."""
    found: set[str] = set()

    async def collect(message: Msg) -> None:
        found.add(json.loads(message.data)["id"])

    inbox = connection.new_inbox()
    subscription = await connection.subscribe(inbox, cb=collect)
    await connection.publish(f"$SRV.PING.{micro_service(service)}", reply=inbox)
    # Nobody knows how many will answer, so the time is always waited out.
    await asyncio.sleep(_ANSWERS_SECONDS)
    await subscription.unsubscribe()
    return found


async def answers_ready(url: str) -> bool:
    """Whether the gateway and all it depends on are ready."""
    try:
        async with httpx2.AsyncClient(trust_env=False) as client:
            response = await client.get(f"{url}/readyz", timeout=_CONNECT_SECONDS)
    except httpx2.HTTPError:
        return False
    return response.status_code == httpx2.codes.OK
