"""The server of the gateway, as far as it is ours."""

import socket
from typing import Any

import pytest
import uvicorn

from kinolog.common.errors import BadSettings
from kinolog.common.log.memory import MemoryLog
from kinolog.gateway.live import Live
from kinolog.gateway.server import Server


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that nobody reaches."""


async def test_a_port_that_is_taken_is_told_with_its_settings() -> None:
    live = Live(MemoryLog(), ring_size=1, progress_queue_size=1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        config = uvicorn.Config(nothing, host="127.0.0.1", port=port, lifespan="off", log_config=None)
        with pytest.raises(BadSettings, match=f"KINOLOG_HOST, KINOLOG_PORT: nothing can listen at 127.0.0.1:{port}"):
            await Server(config, live).serve()
