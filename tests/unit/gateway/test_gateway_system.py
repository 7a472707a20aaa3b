"""What the platform runs on."""

from datetime import timedelta
from typing import Any

import httpx2

from kinolog.common.clock import system_clock
from kinolog.common.worker.memory import MemoryBoard
from kinolog.common.worker.progress import Presence


def a_worker(service: str, host: str, **changes: Any) -> Presence:
    now = system_clock()
    values = {"id": f"{service}-{host}", "service": service, "queue": service, "host": host, "pid": 7, "slots": 2}
    return Presence.model_validate({**values, "cpu_count": 8, "started_at": now, "at": now, **changes})


async def test_the_system_is_its_machines_and_what_they_were_found_to_have(
    caller: httpx2.AsyncClient, board: MemoryBoard
) -> None:
    queues = ("render-gpu", "render")
    await board.announce(a_worker("render", "a", queues=queues, gpu=("h264_nvenc",), running=("job_1",)))
    await board.announce(a_worker("transcribe", "a", gpu=("cuda",)))
    await board.announce(a_worker("render", "b"))
    machines = (await caller.get("/v1/system")).json()["machines"]
    assert [("a", 8, ["h264_nvenc", "cuda"]), ("b", 8, [])] == [
        (machine["host"], machine["cpu_count"], machine["gpu"]) for machine in machines
    ]
    expected = {"id": "render-a", "service": "render", "queues": [*queues], "slots": 2, "running": 1}
    assert expected == machines[0]["workers"][0]


async def test_a_machine_whose_workers_are_gone_is_no_part_of_it(
    caller: httpx2.AsyncClient, board: MemoryBoard
) -> None:
    await board.announce(a_worker("render", "a", at=system_clock() - timedelta(minutes=1)))
    assert [] == (await caller.get("/v1/system")).json()["machines"]
