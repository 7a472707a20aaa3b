"""What the catalog costs while it follows a log: nothing happening, and jobs finishing at a steady rate.

`python -m benchmarks.live` starts a nats-server and the real catalog process on SQLite, and reads their CPU time.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import uvloop
from nats.aio.client import Client
from nats.errors import NoRespondersError

from benchmarks.replay import course
from kinolog.common.log.connection import connect
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.queries import Position, Query
from kinolog.common.settings import ServiceSettings
from kinolog.common.subjects import catalog_query
from kinolog.common.testing import NatsServer, eventually, provisioned_log
from kinolog.common.testing.examples import ORIGIN

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_STEP_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Processes:
    """CPU seconds used so far."""

    catalog: float
    server: float

    def __sub__(self, earlier: "Processes") -> "Processes":
        return Processes(self.catalog - earlier.catalog, self.server - earlier.server)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


@contextmanager
def catalog_process(folder: str, nats_url: str) -> Iterator[int]:
    settings = {"KINOLOG_NATS_URL": nats_url, "KINOLOG_DATABASE_URL": f"sqlite:///{folder}/catalog.db"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kinolog.catalog"], env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


async def position(client: Client, at_least: int = 0) -> int | None:
    """How far the catalog has come; None while nobody answers."""
    try:
        query = Query(min_seq=at_least).model_dump_json().encode()
        reply = await client.request(catalog_query("position"), query, timeout=10)
    except NoRespondersError:
        return None
    return Position.model_validate_json(reply.data).seq + 1


async def finish_jobs(log: JetStreamLog, jobs_per_second: int, seconds: float) -> int:
    """Append the three events of each job, one event at a time as workers do; return how many jobs there were."""
    loop = asyncio.get_running_loop()
    began, jobs = loop.time(), 0
    while (passed := loop.time() - began) < seconds:
        due = int(passed * jobs_per_second) - jobs
        await asyncio.gather(*(_finish(log) for _ in range(due)))
        jobs += due
        await asyncio.sleep(_STEP_SECONDS)
    return jobs


async def _finish(log: JetStreamLog) -> None:
    sequence = 0
    for change in course():
        sequence = await log.append([replace(change, expected_sequence=sequence)], ORIGIN)


async def run(jobs_per_second: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, NatsServer(Path(folder) / "nats", sync_interval="2m") as server:
        settings = ServiceSettings(nats_url=server.url)
        async with provisioned_log(server.url) as log, connect(settings, "bench") as client:
            with catalog_process(folder, server.url) as pid:
                await eventually(lambda: position(client), within=30)

                def used() -> Processes:
                    return Processes(cpu_seconds(pid), cpu_seconds(server.pid))

                await asyncio.sleep(2)
                before = used()
                await asyncio.sleep(seconds)
                idle = used() - before
                jobs = await finish_jobs(log, jobs_per_second, seconds)
                await position(client, at_least=await log.last_sequence())
                live = used() - before - idle
                print(
                    f"idle: catalog {idle.catalog / seconds:.2%} and nats-server {idle.server / seconds:.2%} of a core"
                )
                catalog_ms, server_ms = live.catalog / jobs * 1e3, live.server / jobs * 1e3
                print(
                    f"live: {jobs} jobs in {seconds:.0f} s, {catalog_ms:.3f} ms CPU of the catalog a job,"
                    f" {server_ms:.3f} of nats-server"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs-per-second", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    uvloop.run(run(arguments.jobs_per_second, arguments.seconds))


if __name__ == "__main__":
    main()
