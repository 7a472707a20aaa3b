"""A service as a process of its own that is told to stop."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Final

from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing import NatsServer

STOP_SECONDS: Final = 20.0


async def test_a_service_that_answers_questions_stops_without_an_error(
    jetstream_log: JetStreamLog, nats_server: NatsServer, tmp_path: Path
) -> None:
    settings = {"KINOLOG_NATS_URL": nats_server.url, "KINOLOG_BLOBS_URL": f"file://{tmp_path}/blobs"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kinolog.render", env={**os.environ, **settings}, cwd=tmp_path, stderr=PIPE
    )
    assert process.stderr
    await process.stderr.readuntil(b'"Started"')
    process.terminate()
    _, told = await asyncio.wait_for(process.communicate(), STOP_SECONDS)
    assert (0, False) == (process.returncode, b"Traceback" in told), told.decode()
