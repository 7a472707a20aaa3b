"""A platform under load whose processes are killed, frozen and told to stop at random for minutes, then audited.

`./dev chaos --minutes 5 --seed 7`: the seed makes the plan, which is printed; the same seed makes the same plan.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2

from harness.follower import following
from harness.history import History
from harness.platform import SAMPLE, Platform, connected, started
from kinolog.cli.audit import find_installation, opened, show
from kinolog.common.audit import Check, Report, Scope, audit
from kinolog.common.blobs import BlobStore
from kinolog.common.log import EventLog

VICTIMS = ("nats-server", "kinolog.gateway", "kinolog.catalog", "kinolog.ingest", "kinolog.render")
WAYS = (signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM)
LONGEST_FREEZE_SECONDS = 5.0
PAUSE_SECONDS = (1.0, 5.0)
CLIENTS = 2
TRIES = 20
DRAIN_SECONDS = 180.0


@dataclass(frozen=True)
class Fault:
    """`after` seconds of quiet, `victim` gets the signal; a frozen one is let go on after `lasts` seconds."""

    after: float
    victim: str
    way: signal.Signals
    lasts: float

    def __str__(self) -> str:
        lasts = f" for {self.lasts:.1f} s" if self.way is signal.SIGSTOP else ""
        return f"after {self.after:.1f} s: {self.way.name} {self.victim}{lasts}"


def plan_of(seed: int, seconds: float) -> Iterator[Fault]:
    chance = random.Random(seed)
    while seconds > 0:
        fault = Fault(
            after=chance.uniform(*PAUSE_SECONDS),
            victim=chance.choice(VICTIMS),
            way=chance.choice(WAYS),
            lasts=chance.uniform(0.5, LONGEST_FREEZE_SECONDS),
        )
        seconds -= fault.after + (fault.lasts if fault.way is signal.SIGSTOP else 0)
        yield fault


async def strike(platform: Platform, fault: Fault) -> bool:
    """Whether the victim was there to be struck."""
    await asyncio.sleep(fault.after)
    pid = platform.running.pid_of(fault.victim)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, fault.way)
        if fault.way is signal.SIGSTOP:
            await asyncio.sleep(fault.lasts)
            os.kill(pid, signal.SIGCONT)
    return True


class Client:
    """Repeats what got no answer under the same key."""

    def __init__(self, name: str, history: History, http: httpx2.AsyncClient) -> None:
        self._name = name
        self._history = history
        self._http = http

    async def write(self, stop: asyncio.Event) -> None:
        """Requests without a pause between them, so that each fault meets some."""
        number = 0
        while not stop.is_set():
            number += 1
            await self._ask("/v1/projects", f"{self._name}-note-{number}", json={"name": f"Note {number}"})
            await asyncio.sleep(0.05)

    async def work(self, stop: asyncio.Event) -> None:
        """Upload a clip and trim it, again and again."""
        project = await self._ask("/v1/projects", f"{self._name}-project", json={"name": self._name})
        number = 0
        while not stop.is_set():
            number += 1
            await self._one_round(str(project.get("id")), f"{self._name}-{number}", stop)

    async def _one_round(self, project_id: str, name: str, stop: asyncio.Event) -> None:
        form = {"data": {"project_id": project_id, "title": name}, "files": {"file": ("a.mp4", SAMPLE.read_bytes())}}
        uploaded = await self._ask("/v1/videos/upload", f"{name}-upload", **form)
        video_id = await self._made_by(str(uploaded.get("id")), uploaded.get("sequence", 0), stop)
        if video_id is not None:
            for part in range(3):
                cut = {"start_time": part, "end_time": part + 0.5}
                body = {"type": "trim", "video_id": video_id, "input_data": cut}
                await self._ask("/v1/jobs", f"{name}-trim-{part}", json=body)

    async def _ask(self, path: str, key: str, **request: Any) -> dict[str, Any]:
        for _ in range(TRIES):
            outcome, body = await self._history.post(self._http, path, key=key, **request)
            if outcome != "unknown":
                return body
            await asyncio.sleep(0.5)
        return {}

    async def _made_by(self, job_id: str, told: int, stop: asyncio.Event) -> str | None:
        while not stop.is_set():
            _, job = await self._history.get(self._http, f"/v1/jobs/{job_id}", told=told)
            if job.get("output_data"):
                return str(job["output_data"]["video_id"])
            if job.get("status") in ("failed", 404):
                return None
            await asyncio.sleep(0.2)
        return None


async def storm(folder: Path, seed: int, seconds: float) -> tuple[Report, int]:
    """The audit after it, and how many faults struck."""
    with started(folder, "--replicas", "render=2") as running:
        async with connected(running) as platform:
            history, stop, struck = History(folder / "history.jsonl"), asyncio.Event(), 0
            clients = [Client(f"client-{number}", history, platform.client) for number in range(CLIENTS)]
            async with following(history, platform.client), asyncio.TaskGroup() as group:
                for client in clients:
                    group.create_task(client.work(stop))
                    group.create_task(client.write(stop))
                for fault in plan_of(seed, seconds):
                    print(fault, flush=True)
                    struck += await strike(platform, fault)
                stop.set()
            return await audited(folder, history), struck


async def audited(folder: Path, history: History) -> Report:
    """Once every job has ended; or as it stands, if that takes too long."""
    settings, created = find_installation(folder, None, None)
    scope = Scope(history=history.lines(), deep=True, must_have_ended=True, stream_created=created)
    deadline = time.monotonic() + DRAIN_SECONDS
    async with opened(settings) as (log, rows):
        while await jobs_left(log) and time.monotonic() < deadline:  # noqa: ASYNC110  # Nothing announces the last end.
            await asyncio.sleep(1)
        return await audit(log, replace(scope, blobs=BlobStore.open(settings.blobs_url), rows=rows))


async def jobs_left(log: EventLog) -> int:
    return (await audit(log, Scope(must_have_ended=True))).violated[Check.ENDED]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev chaos", description="Break a platform at random, then audit it.")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (default: 1)")
    parser.add_argument("--seed", type=int, default=None, help="of the plan (default: another one each time)")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int(time.time())
    folder = Path(tempfile.mkdtemp(prefix="kinolog-chaos-"))
    print(f"seed {seed}, {options.minutes:g} minutes, in {folder}", flush=True)
    report, struck = asyncio.run(storm(folder / "data", seed, options.minutes * 60))
    show(report)
    print(f"seed {seed}: {struck} faults struck, {report.violated.total()} violations")
    if report.violated or report.skipped:
        sys.exit(f"what it left is in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
