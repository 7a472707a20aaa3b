"""How fast the catalog replays the log, beside what bare consumers of the same log get.

`python benchmarks/replay.py` fills a fresh nats-server with the events of finished jobs, then reads them in several
rounds: bare (messages with their headers), decoded, and folded into the tables of SQLite and of PostgreSQL. There are
two bare consumers: nats-py as it comes, which is what anybody gets, and our own client, which reads headers faster.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import nats
import structlog
import uvloop
from nats.aio.client import Client

from kinolog.catalog.adapters.reader import SqlReader
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.handlers.projection import rebuild
from kinolog.catalog.settings import CatalogSettings
from kinolog.catalog.wiring import opened_database
from kinolog.common.aggregates import JOB, Change
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.events.job import JobCompleted, JobStarted
from kinolog.common.ids import new_id
from kinolog.common.log.connection import connect
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.tail import follow, follow_stored
from kinolog.common.service import collect_less
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import NatsServer, provisioned_log
from kinolog.common.testing.examples import ORIGIN, a_submission
from kinolog.common.testing.postgres import PostgresServer

EVENTS_PER_JOB: Final = 3
# A batch holds at most 1,000 messages.
JOBS_PER_APPEND: Final = 300

# By which name the table calls each of the two bare consumers, and how it heads the ratios to them.
PLAIN: Final = "bare, plain nats-py"
OURS: Final = "bare, our client"


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    cpu_seconds: float
    rss_mib: float


Measure = Callable[[], Awaitable[None]]


async def fill(log: JetStreamLog, jobs: int) -> int:
    """Put the events of finished jobs into the log, three a job, mixed as by workers that share a queue."""
    for start in range(0, jobs, JOBS_PER_APPEND):
        courses = [course() for _ in range(min(JOBS_PER_APPEND, jobs - start))]
        await log.append([change for step in zip(*courses, strict=True) for change in step], ORIGIN)
    return await log.last_sequence()


def course() -> list[Change]:
    return unborn(JOB, new_id("job")).changes(
        submit_job(a_submission()),
        JobStarted(attempt=1, worker="wrk_" + "0" * 32, lease_seconds=30.0),
        JobCompleted(attempt=1, output_data={"video_id": new_id("vid")}),
    )


async def consume(client: Client, end: int) -> None:
    """Messages with their headers, counted and dropped."""
    async with aclosing(follow_stored(client, 0)) as batches:
        async for batch in batches:
            if batch.messages[-1].sequence >= end:
                return


async def decode(client: Client, end: int) -> None:
    async for batch in follow(client, 0):
        if batch.entries[-1].sequence >= end:
            return


async def rebuild_into(url: str, log: JetStreamLog) -> None:
    settings = CatalogSettings.model_validate({"database_url": url})
    async with opened_database(settings) as database:
        await rebuild(log, SqlStore(database))


async def digest_of(url: str) -> tuple[int, str]:
    async with opened_database(CatalogSettings.model_validate({"database_url": url})) as database:
        return await SqlReader(database).digest()


async def timed(measure: Measure) -> Run:
    began, cpu_began = time.perf_counter(), time.process_time()
    await measure()
    return Run(time.perf_counter() - began, time.process_time() - cpu_began, rss_mib())


def rss_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def run(events: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, NatsServer(Path(folder) / "nats", sync_interval="2m") as server:
        settings = ServiceSettings(nats_url=server.url)
        async with provisioned_log(server.url) as log, connect(settings, "bench") as client, stock(server.url) as plain:
            with PostgresServer() as postgres:
                end = await fill(log, events // EVENTS_PER_JOB)
                sqlite, postgresql = f"sqlite:///{folder}/catalog.db", postgres.new_database()
                measures: dict[str, Measure] = {
                    PLAIN: lambda: consume(plain, end),
                    OURS: lambda: consume(client, end),
                    "consume and decode": lambda: decode(client, end),
                    "rebuild, SQLite": lambda: rebuild_into(sqlite, log),
                    "rebuild, PostgreSQL": lambda: rebuild_into(postgresql, log),
                }
                collect_less()  # As every service does.
                before = rss_mib()
                runs = await rounds_of(measures, rounds)
                if await digest_of(sqlite) != await digest_of(postgresql):
                    raise SystemExit("the two databases differ")
        report(runs, end, before)


@asynccontextmanager
async def stock(nats_url: str) -> AsyncIterator[Client]:
    client = await nats.connect(nats_url)
    try:
        yield client
    finally:
        await client.close()


async def rounds_of(measures: dict[str, Measure], rounds: int) -> dict[str, list[Run]]:
    """Interleaved, so that what else the machine does falls on all of them."""
    runs: dict[str, list[Run]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            runs[name].append(await timed(measure))
    return runs


def report(runs: dict[str, list[Run]], events: int, rss_before: float) -> None:
    """Ratios are of runs of the same round, which what else the machine did has met alike."""
    print(f"{events:,} events of {events // EVENTS_PER_JOB:,} jobs, median of {len(runs[PLAIN])} rounds")
    print(
        f"RSS: {rss_before:.0f} MiB before, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} at most\n"
    )
    print(f"| {'':20} | events/s | x plain nats-py | x our client | CPU us/event | RSS after |")
    print(f"|{'-' * 22}|---------:|----------------:|-------------:|-------------:|----------:|")
    for name, those in runs.items():
        rate = median(events / each.seconds for each in those)
        cpu = median(each.cpu_seconds for each in those) / events * 1e6
        ratios = f"{ratio(those, runs[PLAIN]):15.2f} | {ratio(those, runs[OURS]):12.2f}"
        print(f"| {name:20} | {rate:8,.0f} | {ratios} | {cpu:12.1f} | {those[-1].rss_mib:5.0f} MiB |")


def ratio(those: list[Run], bare: list[Run]) -> float:
    """How many times as fast as bare: below 1 where there is more to do."""
    return median(one.seconds / each.seconds for one, each in zip(bare, those, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    uvloop.run(run(arguments.events, arguments.rounds))


if __name__ == "__main__":
    main()
