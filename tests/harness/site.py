"""An installation of single processes, each started, ended and wired up as a test wants: with a crash point in one,
a damaged link before another, on a lone server or on a cluster.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from nats.aio.client import Client
from nats.errors import NoRespondersError

from harness.history import History
from harness.platform import ROOT, TOKEN
from kinolog.cli.nats_server import free_port
from kinolog.common.audit import Check, Report, Scope, audit
from kinolog.common.audit.report import OF_HISTORIES
from kinolog.common.audit.rows import CatalogRows
from kinolog.common.blobs import BlobStore
from kinolog.common.crashpoint import VARIABLE
from kinolog.common.log.connection import connect
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.patience import patiently
from kinolog.common.log.provision import provision
from kinolog.common.settings import ServiceSettings
from kinolog.common.subjects import catalog_query
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import registered

LEASE_SECONDS = 2.0
START_SECONDS = 60.0
STOP_SECONDS = 20.0
DRAIN_SECONDS = 60.0
# A job that takes this long is caught while it runs, and does not hold up a test.
CLIP_SECONDS = 0.05

TOY_WORKER = "harness.toy_worker"


@dataclass
class Part:
    """One process, and what it said. A strange one has a crash point, another link or another clock than the rest."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    is_strange: bool = False

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop, wait until it has, and return its exit status. A frozen one wakes up to this."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.send_signal(signal.SIGCONT)
        return await self.ended()

    async def ended(self, within: float = STOP_SECONDS) -> int:
        """Not a blocking wait: what it needs to end may be served by this very event loop."""
        await eventually(lambda: self.process.poll() is not None, within=within)
        return int(self.process.returncode)

    @property
    def is_frozen(self) -> bool:
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@dataclass
class Site:
    folder: Path
    nats_url: str
    nats: Client
    log: JetStreamLog
    rows: CatalogRows
    client: httpx2.AsyncClient
    port: int
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def blobs(self) -> BlobStore:
        return BlobStore.open(self._environment["KINOLOG_BLOBS_URL"])

    @property
    def history(self) -> History:
        return self._history

    def __post_init__(self) -> None:
        self._history = History(self.folder / "history.jsonl")
        self._failed: set[str] = set()
        self._environment = {
            "KINOLOG_BLOBS_URL": (self.folder / "blobs").as_uri(),
            "KINOLOG_DATABASE_URL": f"sqlite:///{self.folder / 'catalog.db'}",
            "KINOLOG_HOST": "127.0.0.1",
            "KINOLOG_LEASE_SECONDS": f"{LEASE_SECONDS:g}",
            "KINOLOG_LOG_FORMAT": "console",
            "KINOLOG_PORT": str(self.port),
            "KINOLOG_TOKEN": TOKEN,
            "KINOLOG_WORK_DIR": str(self.folder / "work"),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }

    async def start(
        self, name: str, module: str, *, crash_at: str = "", prefix: tuple[str, ...] = (), **environment: str
    ) -> Part:
        """Start a part and wait until it says that it has. One of the same name must have ended."""
        assert not self.runs(name), f"{name} still runs"
        path = self.folder / f"{name}.log"
        settings = {"KINOLOG_NATS_URL": self.nats_url} | self._environment | {VARIABLE: crash_at} | environment
        began = path.stat().st_size if path.exists() else 0
        with path.open("ab") as output:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-m", module], stdout=output, stderr=output, env=os.environ | settings
            )
        is_strange = bool(crash_at or prefix or environment)
        part = self.parts[name] = Part(name, process, path, is_strange)
        await eventually(lambda: process.poll() is not None or b"Started" in path.read_bytes()[began:], within=60)
        return part

    def runs(self, name: str) -> bool:
        return name in self.parts and self.parts[name].process.poll() is None

    async def worker(self, name: str = "worker-1", **options: Any) -> Part:
        return await self.start(name, TOY_WORKER, **options)

    async def catalog(self, **options: Any) -> Part:
        part = await self.start("catalog", "kinolog.catalog", **options)
        await eventually(lambda: part.process.poll() is not None or self.has_catalog(), within=START_SECONDS)
        return part

    async def gateway(self, **options: Any) -> Part:
        part = await self.start("gateway", "kinolog.gateway", **options)
        await eventually(self.answers, within=START_SECONDS)
        return part

    async def has_catalog(self) -> bool:
        """It answers only once it has come to where the log ended when it began."""
        with suppress(NoRespondersError, TimeoutError):
            return bool(await self.nats.request(catalog_query("position"), b"{}", timeout=1))
        return False

    async def answers(self) -> bool:
        with suppress(httpx2.HTTPError):
            return (await self.client.get("/healthz")).status_code == httpx2.codes.OK
        return False

    async def video(self) -> str:
        """A film of ten seconds that is registered and stored, without any work."""
        content = await self.blobs.put_bytes(b"a film of ten seconds", "video/mp4")
        return await registered(self.log, content=content, size_bytes=content.size_bytes)

    async def submit(self, video_id: str, key: str, *, seconds: float = CLIP_SECONDS, **fields: Any) -> str:
        """Insist on a job, and return its id. `title` is the clip's."""
        inputs = {"start_time": 0, "end_time": seconds, "title": fields.pop("title", "Clip")}
        body = {"type": "trim", "video_id": video_id, "input_data": inputs, **fields}
        return str((await self.history.insist(self.client, "/v1/jobs", key=key, json=body))["id"])

    async def status(self, job_id: str) -> str:
        return str((await self.client.get(f"/v1/jobs/{job_id}")).json()["status"])

    async def history_of(self, job_id: str) -> list[str]:
        return [recorded.event.event_type for recorded in await self.log.read("job", job_id)]

    async def drained(self, within: float = DRAIN_SECONDS) -> None:
        """Wait until every job has ended."""
        deadline = time.monotonic() + within
        while (report := await audit(self.log, Scope(must_have_ended=True))).violated[Check.ENDED]:
            assert time.monotonic() < deadline, [each.text for each in report.violations]
            await asyncio.sleep(0.2)

    async def audited(self) -> Report:
        """Everything that can be checked, once the site has come to rest."""
        await self.drained()
        history = self.history.lines()
        scope = Scope(blobs=self.blobs, rows=self.rows, history=history, deep=True, must_have_ended=True)
        return await audit(self.log, scope)

    async def is_sound(self, *, failed: Collection[str] = ()) -> None:
        """Raises AssertionError with whatever promise was broken or could not be checked, and for any job that failed
        or was cancelled, save those that are named.
        """
        report = await self.audited()
        assert [] == [f"{each.check.name}: {each.text}" for each in report.violations]
        assert {} == {check: why for check, why in report.skipped.items() if check not in OF_HISTORIES}
        self._failed |= set(failed)
        assert self._failed == {job_id async for job_id in self.ended_badly()}

    async def ended_badly(self) -> AsyncIterator[str]:
        for status in ("failed", "cancelled"):
            query = {"status": status, "limit": 200, "min_seq": await self.log.last_sequence()}
            for job in (await self.client.get("/v1/jobs", params=query)).json()["data"]:
                yield str(job["id"])

    def end(self) -> None:
        for part in self.parts.values():
            part.kill()


@asynccontextmanager
async def opened_site(folder: Path, nats_url: str, *, replicas: int = 1) -> AsyncIterator[Site]:
    """The log, provisioned, and no process yet; all that were started are gone at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    settings, port = ServiceSettings(nats_url=nats_url), free_port()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with AsyncExitStack() as stack:
        writes = await stack.enter_async_context(connect(settings, "site"))
        reads = await stack.enter_async_context(connect(settings, "site-reads"))
        # A cluster that has only just begun to elect its leader says nothing for a while.
        await patiently(lambda: provision(writes, replicas=replicas, lease_seconds=LEASE_SECONDS), START_SECONDS)
        log = await stack.enter_async_context(JetStreamLog.open(writes, reads, settings))
        client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=15)
        site = Site(folder, nats_url, reads, log, CatalogRows(reads), await stack.enter_async_context(client), port)
        stack.callback(site.end)
        yield site
