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

from kinolog.common.audit.client_lines import HistoryLine, Outcome, read_history

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
        name = self.begin(method="POST", path=path, key=key)
        headers = {"X-Request-Id": name} | ({"Idempotency-Key": key} if key else {})
        try:
            response = await client.post(path, headers=headers, **request)
        except httpx2.HTTPError:
            self.write(HistoryLine(request=name, outcome="unknown", at=now()))
            return "unknown", {}
        line, body = _told(name, response)
        self.write(line)
        return line.outcome, body

    async def insist(
        self, client: httpx2.AsyncClient, path: str, *, key: str, within: float = 60, **request: Any
    ) -> dict[str, Any]:
        """Ask under one key until the answer is yes. Raises AssertionError for a no, or when time is over."""
        deadline = now() + within
        while True:
            outcome, body = await self.post(client, path, key=key, **request)
            if outcome == "ok":
                return body
            assert outcome == "unknown", body
            assert now() < deadline, f"no answer to {path} within {within} s: {body}"
            await asyncio.sleep(_PAUSE_SECONDS)

    async def get(
        self, client: httpx2.AsyncClient, path: str, *, told: int, **params: Any
    ) -> tuple[Outcome, dict[str, Any]]:
        """Read one thing or a list of things, knowing of the sequence `told`."""
        name = self.begin(method="GET", path=path, min_seq=told)
        try:
            response = await client.get(path, params=params)
        except httpx2.HTTPError:
            self.write(HistoryLine(request=name, outcome="unknown", at=now()))
            return "unknown", {}
        body: dict[str, Any] = response.json()
        line = HistoryLine(request=name, outcome=_outcome(response), at=now(), status=response.status_code)
        self.write(line.model_copy(update={"shown": _shown(body)} if response.is_success else {}))
        return line.outcome, body

    def begin(self, **facts: Any) -> str:
        """Write down that a request begins, and return its name."""
        name = f"{self.run}-{next(self._numbers)}"
        self.write(HistoryLine(request=name, outcome="invoke", at=now(), **facts))
        return name

    def write(self, line: HistoryLine) -> None:
        with self.path.open("a") as file:
            file.write(line.model_dump_json(exclude_defaults=True) + "\n")


def _told(name: str, response: httpx2.Response) -> tuple[HistoryLine, dict[str, Any]]:
    body: dict[str, Any] = response.json()
    facts: dict[str, Any] = {"request": name, "at": now(), "status": response.status_code}
    if response.is_success:
        return HistoryLine(outcome="ok", ids=(body["id"],), sequence=body["sequence"], **facts), body
    return HistoryLine(outcome=_outcome(response), **facts), body


def _outcome(response: httpx2.Response) -> Outcome:
    return "ok" if response.is_success else "refused" if response.status_code < 500 else "unknown"


def _shown(body: dict[str, Any]) -> dict[str, int]:
    """The sequence of each thing that an answer shows."""
    return {each["id"]: each["sequence"] for each in body.get("data", [body])}


def now() -> float:
    return time.monotonic()
