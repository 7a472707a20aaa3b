"""A service as a process of its own that is told to stop."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Final

from kinolog.cli.nats_server import free_port
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing import NatsServer

STOP_SECONDS: Final = 30.0


async def stopped_after(said: bytes, nats_url: str, folder: Path) -> tuple[int | None, bytes]:
    """The exit code of a render worker that is told to stop once it has said so much, and what it said after that."""
    settings = {"KINOLOG_NATS_URL": nats_url, "KINOLOG_BLOBS_URL": f"file://{folder}/blobs"}
    command = (sys.executable, "-m", "kinolog.render")
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **settings}, cwd=folder, stderr=PIPE)
    try:
        assert process.stderr
        await process.stderr.readuntil(said)
        process.terminate()
        _, told = await asyncio.wait_for(process.communicate(), STOP_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, told


async def test_a_service_that_answers_questions_stops_without_an_error(
    jetstream_log: JetStreamLog, nats_server: NatsServer, tmp_path: Path
) -> None:
    code, told = await stopped_after(b'"Started"', nats_server.url, tmp_path)
    assert (0, False) == (code, b"Traceback" in told), told.decode()


async def test_a_service_that_waits_for_nats_stops_when_it_is_told_to(tmp_path: Path) -> None:
    code, told = await stopped_after(b"\n", f"nats://127.0.0.1:{free_port()}", tmp_path)
    assert (0, False) == (code, b"Traceback" in told), told.decode()
