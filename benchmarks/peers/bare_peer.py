"""The floor under an engine on a log: three expecting publishes for each job, and nothing else.

No decisions, no folding, no lanes, no heartbeats, no projection: what JetStream and its client cost alone.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import nats
import uvloop
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from benchmarks.peers.contract import SLOTS, URL, Client, FirstJob, at_once, main

_STREAM = "BARE"
_IN_FLIGHT = 256
_BODY = b'{"type": "noop", "attempt": 1, "worker": "wrk_00000000000000000000000000000000"}'
_first_job = FirstJob()


async def prepare() -> None:
    async with _connected() as stream:
        await stream.add_stream(StreamConfig(_STREAM, subjects=["bare.>"], allow_direct=True))
        config = ConsumerConfig(
            durable_name="work", filter_subject="bare.*.queued", ack_policy=AckPolicy.EXPLICIT, max_ack_pending=-1
        )
        await stream.add_consumer(_STREAM, config)


class BareClient(Client):
    def __init__(self, stream: JetStreamContext, completed: JetStreamContext.PushSubscription) -> None:
        self._stream = stream
        self._completed = completed

    async def enqueue(self, count: int) -> None:
        await at_once(count, _IN_FLIGHT, lambda _: _append(self._stream, uuid.uuid4().hex, "queued", 0))

    async def ended(self, count: int) -> bool:
        return (await self._stream.stream_info(_STREAM)).state.messages >= 3 * count

    async def trip(self) -> None:
        job = uuid.uuid4().hex
        await _append(self._stream, job, "queued", 0)
        while (await self._completed.next_msg(timeout=30)).subject != f"bare.{job}.completed":
            pass


@asynccontextmanager
async def connect() -> AsyncIterator[Client]:
    async with _connected() as stream:
        completed = await stream.subscribe("bare.*.completed", ordered_consumer=True)
        yield BareClient(stream, completed)


def work() -> None:
    uvloop.run(_work())


async def _work() -> None:
    async with _connected() as stream:
        queued = await stream.pull_subscribe_bind("work", stream=_STREAM)
        slots = asyncio.Semaphore(SLOTS)
        async with asyncio.TaskGroup() as jobs:
            while True:
                with suppress(asyncio.TimeoutError):
                    for message in await queued.fetch(SLOTS, timeout=1):
                        await slots.acquire()
                        jobs.create_task(_run(stream, message)).add_done_callback(lambda _: slots.release())


async def _run(stream: JetStreamContext, message: Msg) -> None:
    job = message.subject.split(".")[1]
    started = await _append(stream, job, "started", message.metadata.sequence.stream)
    _first_job.note()
    await _append(stream, job, "completed", started)
    await message.ack()


async def _append(stream: JetStreamContext, job: str, event: str, expected: int) -> int:
    headers = {
        "Nats-Msg-Id": f"{job}.{event}",
        "Nats-Expected-Last-Subject-Sequence": str(expected),
        "Nats-Expected-Last-Subject-Sequence-Subject": f"bare.{job}.>",
    }
    return (await stream.publish(f"bare.{job}.{event}", _BODY, timeout=30, headers=headers)).seq


@asynccontextmanager
async def _connected() -> AsyncIterator[JetStreamContext]:
    connection = await nats.connect(URL)
    try:
        yield connection.jetstream()
    finally:
        await connection.close()


if __name__ == "__main__":
    main(prepare=prepare, work=work, connect=connect, run=uvloop.run)
