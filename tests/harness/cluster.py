"""Three nats-servers in one cluster on the loopback, each of which can be killed and started again."""

import asyncio
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from kinolog.cli.nats_server import free_port
from kinolog.common.errors import LogError
from kinolog.common.log.api import ask
from kinolog.common.subjects import EVENTS_STREAM

SIZE = 3
CURRENT_SECONDS = 30.0

_CONF = """\
server_name: {name}
listen: "127.0.0.1:{port}"
jetstream {{ store_dir: "{store}", sync_interval: always }}
cluster {{ name: kinolog, listen: "127.0.0.1:{route_port}", routes: [{routes}] }}
"""


@dataclass
class Node:
    name: str
    folder: Path
    port: int = field(default_factory=free_port)
    route_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def configure(self, routes: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        values = {"name": self.name, "port": self.port, "store": self.folder / "store", "route_port": self.route_port}
        (self.folder / "nats.conf").write_text(_CONF.format(**values, routes=routes))

    def start(self) -> None:
        binary = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or "nats-server"
        with (self.folder / "nats.log").open("ab") as log:
            self.process = subprocess.Popen(
                [binary, "--config", str(self.folder / "nats.conf")], stdout=log, stderr=log
            )

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait()
            self.process = None

    def send(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)


@dataclass
class Cluster:
    nodes: list[Node]

    @property
    def url(self) -> str:
        """Every server, so that a client finds one that is up."""
        return ",".join(f"nats://127.0.0.1:{node.port}" for node in self.nodes)

    def node(self, name: str) -> Node:
        return next(node for node in self.nodes if node.name == name)

    async def leader(self, client: Client) -> Node:
        """The node that leads the log at present, waiting until there is one."""
        return self.node(str((await _until(client, _has_leader))["cluster"]["leader"]))

    async def is_whole(self, client: Client) -> None:
        """Wait until every replica of the log is current. Raises TimeoutError."""
        await _until(client, _is_current)


@contextmanager
def started_cluster(folder: Path) -> Iterator[Cluster]:
    nodes = [Node(f"n{number}", folder / f"n{number}") for number in range(1, SIZE + 1)]
    routes = ", ".join(f'"nats-route://127.0.0.1:{node.route_port}"' for node in nodes)
    for node in nodes:
        node.configure(routes)
        node.start()
    try:
        yield Cluster(nodes)
    finally:
        for node in nodes:
            node.end()


async def _until(client: Client, is_so: Any) -> dict[str, Any]:
    deadline = time.monotonic() + CURRENT_SECONDS
    while time.monotonic() < deadline:
        try:
            info = await ask(client, f"STREAM.INFO.{EVENTS_STREAM}")
        except LogError:
            info = {}
        if is_so(info):
            return info
        await asyncio.sleep(0.1)
    raise TimeoutError(f"the cluster did not recover within {CURRENT_SECONDS:g} s")


def _has_leader(info: dict[str, Any]) -> bool:
    return bool(info.get("cluster", {}).get("leader"))


def _is_current(info: dict[str, Any]) -> bool:
    replicas = info.get("cluster", {}).get("replicas", [])
    return _has_leader(info) and len(replicas) == SIZE - 1 and all(_is_in_step(replica) for replica in replicas)


def _is_in_step(replica: dict[str, Any]) -> bool:
    return bool(replica["current"]) and not replica.get("offline", False)
