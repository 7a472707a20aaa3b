"""What a caller is told when the log has no room, or says nothing."""

import httpx2
import pytest

from kinolog.common.errors import LogError, LogFull, OutcomeUnknown
from kinolog.common.log.memory import MemoryLog


@pytest.mark.parametrize(
    ("error", "expected"), [(LogFull("no room"), (507, "log-full")), (OutcomeUnknown("?"), (503, "log-unavailable"))]
)
async def test_a_write_without_room_names_the_disk(
    caller: httpx2.AsyncClient,
    log: MemoryLog,
    monkeypatch: pytest.MonkeyPatch,
    error: LogError,
    expected: tuple[int, str],
) -> None:
    async def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(log, "append", fail)
    answer = await caller.post("/v1/projects", json={"name": "A"})
    assert expected == (answer.status_code, answer.json()["type"])
    assert "disk" in answer.json()["detail"]
