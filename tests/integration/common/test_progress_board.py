"""The progress board on NATS: signs of life, and a server that forgets them all."""

from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client

from kinolog.common.log.direct import DirectReader
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.provision import restore_progress
from kinolog.common.subjects import PROGRESS_STREAM
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import NOON
from kinolog.common.worker.board import NatsBoard
from kinolog.common.worker.progress import Heartbeat, Presence

BEAT = Heartbeat(job_id="job_1", attempt=1, worker="wrk_1", at=NOON, phase="encode", percent=40.0)
WORKER = Presence(id="wrk_1", service="render", queue="render", host="here", pid=1, slots=1, started_at=NOON, at=NOON)


@pytest.fixture
async def board(nats_client: Client, jetstream_log: JetStreamLog) -> AsyncIterator[NatsBoard]:
    async with DirectReader.open(nats_client, PROGRESS_STREAM) as reader:
        yield NatsBoard(nats_client, reader)


async def test_the_last_sign_of_life_is_kept(board: NatsBoard) -> None:
    await board.beat(BEAT)
    await board.beat(BEAT.model_copy(update={"percent": 41.0}))
    await eventually(lambda: _percent(board, 41.0))


async def _percent(board: NatsBoard, percent: float) -> bool:
    beat = await board.last_beat("job_1")
    return beat is not None and beat.percent == percent


async def test_workers_are_told_from_jobs(board: NatsBoard) -> None:
    await board.beat(BEAT)
    await board.announce(WORKER)
    assert [WORKER] == await eventually(board.workers)


async def test_of_a_job_that_never_gave_a_sign_none_is_known(board: NatsBoard) -> None:
    assert await board.last_beat("job_2") is None


async def test_a_restarted_server_knows_no_sign_until_the_stream_is_restored(
    board: NatsBoard, nats_client: Client, nats_server: NatsServer
) -> None:
    await board.beat(BEAT)
    await eventually(lambda: board.last_beat("job_1"))
    nats_server.kill()
    nats_server.start()
    await eventually(lambda: nats_client.is_connected)
    assert await board.last_beat("job_1") is None
    await restore_progress(nats_client)
    await board.beat(BEAT)
    assert BEAT == await eventually(lambda: board.last_beat("job_1"))
