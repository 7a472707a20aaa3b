"""Looking after a nats-server that runs and yet takes nothing: once a write has failed, as on a full disk, it refuses
every further one until it is started anew, however much room there is by then.
"""

import asyncio
import json
from typing import Final

from nats.aio.client import Client as NatsClient
from nats.errors import Error as NatsError

from kinolog.cli import readiness
from kinolog.cli.child import Child
from kinolog.cli.log_lines import Log
from kinolog.cli.nats_server import WATCHER, NatsAccess

_ASK: Final = "$SYS.REQ.SERVER.PING.HEALTHZ"
_ANSWER_SECONDS: Final = 2.0
# Other faults pass by themselves, such as a stream that is still being read in.
_FOR_GOOD: Final = "write error"


async def watch_over(server: Child, access: NatsAccess, log: Log, interval_seconds: float) -> None:
    """For ever: start the server anew whenever it cannot write any more."""
    connection: NatsClient | None = None
    try:
        while True:
            await asyncio.sleep(interval_seconds)
            if connection is None or connection.is_closed:
                connection = await readiness.connect(access, WATCHER)
            fault = await _fault(connection) if connection else ""
            if _FOR_GOOD in fault:
                log(server.name, f"cannot write, and is started anew: {fault}")
                server.restart()
    finally:
        if connection is not None:
            await connection.close()


async def _fault(connection: NatsClient) -> str:
    """What is wrong with the server in its own words; nothing where all is well, or where it does not say."""
    try:
        reply = await connection.request(_ASK, timeout=_ANSWER_SECONDS)
    except (NatsError, TimeoutError):
        return ""  # One that is down is started again for that.
    return str(json.loads(reply.data)["data"].get("error", ""))
