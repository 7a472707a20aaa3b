"""`kinolog audit` as an operator meets it: on a log that is sound, on one that is not, and on none."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from kinolog.cli.nats_server import free_port
from kinolog.common.aggregates import JOB
from kinolog.common.events.job import JobCompleted
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing import NatsServer
from kinolog.common.testing.examples import ORIGIN, submitted

KINOLOG = Path(sys.executable).with_name("kinolog")


async def audited(*options: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(str(KINOLOG), "audit", *options, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_sound_log_is_told_promise_by_promise(
    jetstream_log: JetStreamLog, nats_server: NatsServer, tmp_path: Path
) -> None:
    await submitted(jetstream_log)
    status, said = await audited("--nats-url", nats_server.url, "--blobs-url", tmp_path.as_uri())
    assert (0, True) == (status, "kept" in said)
    assert "not checked: the catalog does not answer" in said


async def test_a_broken_promise_is_named_and_ends_in_failure(
    jetstream_log: JetStreamLog, nats_server: NatsServer, tmp_path: Path
) -> None:
    loaded = await load(jetstream_log, JOB, await submitted(jetstream_log))
    await jetstream_log.append(loaded.changes(JobCompleted(attempt=1, output_data={})), ORIGIN)
    status, said = await audited("--nats-url", nats_server.url, "--blobs-url", tmp_path.as_uri(), "--drained")
    assert (1, True) == (status, f"VIOLATION  {loaded.id} at 2: completed cannot follow while it is pending" in said)


async def test_a_server_that_is_not_there_is_told_in_one_line() -> None:
    status, said = await audited("--nats-url", f"nats://127.0.0.1:{free_port()}")
    assert (1, True) == (status, "is the platform up?" in said)


async def test_a_folder_where_nothing_ran_is_told_in_one_line(tmp_path: Path) -> None:
    assert (1, True) == ((answer := await audited("--data-dir", str(tmp_path)))[0], "no platform ran in" in answer[1])


async def test_an_address_that_makes_no_sense_is_told_in_one_line() -> None:
    status, said = await audited("--nats-url", "http://127.0.0.1:4222")
    assert (1, 1) == (status, said.count("\n"))
    assert "NATS_URL: must begin with nats:// or tls://" in said


async def test_a_history_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    status, said = await audited("--nats-url", "nats://127.0.0.1:1", "--history", str(tmp_path / "none.jsonl"))
    assert (1, f"kinolog: {tmp_path}/none.jsonl cannot be read: No such file or directory\n") == (status, said)
