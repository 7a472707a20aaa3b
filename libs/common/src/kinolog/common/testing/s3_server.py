"""A real S3 server of a test run's own (SeaweedFS): on free ports of loopback, with one bucket."""

import shutil
import subprocess
import sysconfig
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kinolog.common.testing.ports import free_ports

_BUCKET: Final = "kinolog"
_KEY: Final = "kinolog"
_START_SECONDS: Final = 60.0
_LISTENERS: Final = ("s3", "master", "volume", "filer", "admin")


class S3Server:
    """`environment` is what a program needs to be let in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        ports = free_ports(2 * len(_LISTENERS) + 1)
        self._ports = dict(zip(_LISTENERS, ports, strict=False))
        self._options = [f"-{name}.port={port}" for name, port in self._ports.items()]
        self._options += [f"-{name}.port.grpc={port}" for name, port in zip(_LISTENERS, ports[5:], strict=False)]
        self._options.append(f"-metricsPort={ports[-1]}")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"s3://{_BUCKET}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_ENDPOINT": f"http://127.0.0.1:{self._ports['s3']}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
        }

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        binary = shutil.which("weed", path=sysconfig.get_path("scripts")) or "weed"
        fixed = [f"-dir={self._folder}", f"-bucket={_BUCKET}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
        without = ["-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        with (self._folder / "weed.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [binary, f"-logdir={self._folder}", "mini", *fixed, *without, *self._options],
                stdout=log,
                stderr=log,
                env={"HOME": str(self._folder), "AWS_ACCESS_KEY_ID": _KEY, "AWS_SECRET_ACCESS_KEY": _KEY},
            )
        self._wait_until_it_answers()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _wait_until_it_answers(self) -> None:
        """It listens a while before it knows its bucket."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if "Press Ctrl+C" in (self._folder / "weed.log").read_text(errors="replace") and self._answers():
                return
            time.sleep(0.05)
        raise TimeoutError(f"the S3 server does not answer; see {self._folder / 'weed.log'}")

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._ports["s3"], timeout=1)
        try:
            connection.request("GET", f"/{_BUCKET}")
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
