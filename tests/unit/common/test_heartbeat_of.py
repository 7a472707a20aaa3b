"""What is on the board besides heartbeats is told apart by its subject."""

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from kinolog.common.subjects import queue_order, worker_presence
from kinolog.common.worker.board import heartbeat_of


@pytest.mark.parametrize("subject", [queue_order("render"), worker_presence("wrk_1")])
def test_what_is_not_about_one_job_is_no_heartbeat(subject: str) -> None:
    assert heartbeat_of(Msg(_client=Client(), subject=subject, data=b"{}")) is None
