"""A client that writes down what it asked and what it was told; an answer that never came stays unknown."""

import asyncio
import itertools
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from kinolog.common.audit.history import HistoryLine, Outcome, read_history

_PAUSE_SECONDS = 0.1


@dataclass
class History:
    """Appends to a file, a line before each request and a line after it, so that a killed test leaves it whole."""

    path: Path
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def lines(self) -> list[HistoryLine]:
        return read_history(self.path) if self.path.exists() else []

    async def post(
        self, client: httpx2.AsyncClient, path: str, *, key: str | None = None, **request: Any
    ) -> tuple[Outcome, dict[str, Any]]:
        """One request, and what came of it; the answer is empty where there was none."""
        name = f"{self.run}-{next(self._numbers)}"
        headers = {"X-Request-Id": name} | ({"Idempotency-Key": key} if key else {})
        self._write(HistoryLine(request=name, outcome="invoke", at=_now(), method="POST", path=path, key=key))
        try:
            response = await client.post(path, headers=headers, **request)
        except httpx2.HTTPError:
            self._write(HistoryLine(request=name, outcome="unknown", at=_now()))
            return "unknown", {}
        line, body = _told(name, response)
        self._write(line)
        return line.outcome, body

    async def insist(
        self, client: httpx2.AsyncClient, path: str, *, key: str, within: float = 60, **request: Any
    ) -> dict[str, Any]:
        """Ask under one key until the answer is yes. Raises AssertionError for a no, or when time is over."""
        deadline = _now() + within
        while True:
            outcome, body = await self.post(client, path, key=key, **request)
            if outcome == "ok":
                return body
            assert outcome == "unknown", body
            assert _now() < deadline, f"no answer to {path} within {within} s: {body}"
            await asyncio.sleep(_PAUSE_SECONDS)

    def _write(self, line: HistoryLine) -> None:
        with self.path.open("a") as file:
            file.write(line.model_dump_json(exclude_defaults=True) + "\n")


def _told(name: str, response: httpx2.Response) -> tuple[HistoryLine, dict[str, Any]]:
    body: dict[str, Any] = response.json()
    facts: dict[str, Any] = {"request": name, "at": _now(), "status": response.status_code}
    if response.is_success:
        return HistoryLine(outcome="ok", ids=(body["id"],), sequence=body["sequence"], **facts), body
    return HistoryLine(outcome="refused" if response.status_code < 500 else "unknown", **facts), body


def _now() -> float:
    return time.monotonic()
