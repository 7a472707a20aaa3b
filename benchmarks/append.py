"""What appends cost: bare publishes, bare atomic batches and our log, with and without an fsync for every answer.

    python benchmarks/append.py [--appends N] [--rounds N]

Every figure is appends per second, the best of its rounds; the rounds of all are interleaved, so the ratios hold on a
busy machine. Each append is the first event of a job of its own.
"""

import argparse
import asyncio
import gc
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import nats
import uvloop
from nats.aio.client import Client

from kinolog.common.aggregates import JOB, Change
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.clock import system_clock
from kinolog.common.ids import new_id
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.publish import Message, publish
from kinolog.common.log.stamp import stamp
from kinolog.common.testing import NatsServer, provisioned_log
from kinolog.common.testing.examples import ORIGIN, a_submission

_MODES: Final = {"strict": "always", "relaxed": "2m"}
_IN_FLIGHT: Final = (1, 64, 256)
_BATCH_EVENTS: Final = 50
_ALONE_SHARE: Final = 10  # One at a time is slow, so a tenth of the appends tells as much.

Work = Callable[[], Awaitable[None]]


async def main(appends: int, rounds: int) -> None:
    print(f"{'mode':8} {'in flight':>9} {'bare singles':>13} {'bare batches':>13} {'ours':>9} {'÷ singles':>10}")
    for mode, sync_interval in _MODES.items():
        with tempfile.TemporaryDirectory() as folder, NatsServer(Path(folder), sync_interval=sync_interval) as server:
            bare = await nats.connect(server.url)
            async with provisioned_log(server.url) as log:
                for in_flight in _IN_FLIGHT:
                    await _one_line(mode, in_flight, log, bare, appends, rounds)
            await bare.close()


async def _one_line(mode: str, in_flight: int, log: JetStreamLog, bare: Client, appends: int, rounds: int) -> None:
    count = appends // _ALONE_SHARE if in_flight == 1 else appends
    figures: dict[str, list[float]] = {"singles": [], "batches": [], "ours": []}
    for _ in range(rounds):
        figures["singles"].append(await _rate(count, 1, in_flight, _singles(bare, count)))
        figures["batches"].append(await _rate(count, _BATCH_EVENTS, 1, _batches(bare, count)))
        figures["ours"].append(await _rate(count, 1, in_flight, _ours(log, count)))
    singles, batches, ours = (max(figures[name]) for name in ("singles", "batches", "ours"))
    print(f"{mode:8} {in_flight:9} {singles:13,.0f} {batches:13,.0f} {ours:9,.0f} {ours / singles:10.2f}", flush=True)


def _singles(client: Client, count: int) -> Iterator[Work]:
    """nats-py's request alone: the message is ready beforehand, and the answer is only checked for success."""

    def one(message: Message) -> Work:
        async def work() -> None:
            subject = str(message.change.subject)
            reply = await client.request(subject, message.body, timeout=10, headers=message.headers)
            if "error" in json.loads(reply.data):
                raise RuntimeError(reply.data.decode())

        return work

    return iter([one(message) for message in _messages(count)])


def _batches(client: Client, count: int) -> Iterator[Work]:
    def one(messages: Sequence[Message]) -> Work:
        async def work() -> None:
            await publish(client, messages)

        return work

    return iter([one(_messages(_BATCH_EVENTS)) for _ in range(count // _BATCH_EVENTS)])


def _ours(log: JetStreamLog, count: int) -> Iterator[Work]:
    """All of an append: stamping, encoding, grouping and reading the answer are part of it."""

    def one(changes: list[Change]) -> Work:
        async def work() -> None:
            await log.append(changes, ORIGIN)

        return work

    return iter([one(_changes()) for _ in range(count)])


async def _rate(appends: int, appends_each: int, in_flight: int, works: Iterator[Work]) -> float:
    async def one_after_another() -> None:
        for work in works:
            await work()

    gc.freeze()  # What was prepared beforehand is not walked through again and again.
    started_at = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    return appends // appends_each * appends_each / (time.perf_counter() - started_at)


def _changes() -> list[Change]:
    return unborn(JOB, new_id("job")).changes(submit_job(a_submission()))


def _messages(count: int) -> list[Message]:
    return [Message.of(change, stamp(ORIGIN, system_clock)) for _ in range(count) for change in _changes()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appends", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    uvloop.run(main(arguments.appends, arguments.rounds))
