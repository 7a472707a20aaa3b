"""A real nats-server of a test's own: on a free port, in a folder of its own, ready to be killed."""

import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kinolog.common.testing.ports import free_ports

_CONF: Final = """\
listen: "127.0.0.1:{port}"
jetstream {{ store_dir: "{folder}", sync_interval: {sync_interval}, max_file_store: {most_stored} }}
"""
_START_SECONDS: Final = 10.0


class NatsServer:
    """Keeps its port and store over restarts."""

    def __init__(self, folder: Path, *, sync_interval: str = "always", most_stored: str = "1PB") -> None:
        self._folder = folder
        (self._port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        values = {"sync_interval": sync_interval, "most_stored": most_stored}
        (folder / "nats.conf").write_text(_CONF.format(port=self._port, folder=folder / "store", **values))

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        assert self._process is not None  # noqa: S101  # a test that asks has started it
        return self._process.pid

    def start(self) -> None:
        binary = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or "nats-server"
        with (self._folder / "nats.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [binary, "--config", str(self._folder / "nats.conf")], stdout=log, stderr=log
            )
        self._wait_until_it_listens()

    def kill(self) -> None:
        """End it as a power button would, without a chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.01)
        raise TimeoutError(f"nats-server does not listen; see {self._folder / 'nats.log'}")
