"""Fetching the files of a model: each goes on where an earlier attempt ended, and none is seen before it is whole."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from httpx2 import HTTPError, Response
from huggingface_hub import get_session, get_token, hf_raise_for_status

from kinolog.common.errors import PassingError
from kinolog.transcribe.adapters.digests import Digests
from kinolog.transcribe.adapters.thread import Caller

_PARTIAL: Final = 206
_LEAST_PROGRESS_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """The hub tells the `sha256` of large files only."""

    name: str
    url: str
    size_bytes: int
    sha256: str | None

    @property
    def part_name(self) -> str:
        """The same for the same bytes: the URL names a commit."""
        return f"{self.sha256 or hashlib.sha256(self.url.encode()).hexdigest()}.part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """Files that go into the folder `target`. What is not whole yet lies in `parts`."""

    files: tuple[RemoteFile, ...]
    target: Path
    parts: Path
    timeout_seconds: float
    digests: Digests

    def run(self, caller: Caller) -> None:
        """What has come stays for the next attempt, whatever happens.

        Raises PassingError for what came damaged, HTTPError and OSError, and Stopped when the caller has left.
        """
        self.target.mkdir(parents=True, exist_ok=True)
        self.parts.mkdir(parents=True, exist_ok=True)
        meter = _Meter(caller, sum(file.size_bytes for file in self.files))
        for file in self.files:
            self._fetch(file, meter, caller)

    def _fetch(self, file: RemoteFile, meter: "_Meter", caller: Caller) -> None:
        whole, part = self.target / file.name, self.parts / file.part_name
        if whole.is_file() and whole.stat().st_size == file.size_bytes:
            meter.stands_at(file, file.size_bytes)
            return
        self._insist(part, file, meter)
        self._require_intact(part, file, caller)
        os.replace(part, whole)

    def _insist(self, part: Path, file: RemoteFile, meter: "_Meter") -> None:
        """A line that breaks is taken up again as long as it brings something."""
        while True:
            before = meter.news
            try:
                return self._complete(part, file, meter)
            except HTTPError:
                if meter.news - before < _LEAST_PROGRESS_BYTES:
                    raise

    def _complete(self, part: Path, file: RemoteFile, meter: "_Meter") -> None:
        with part.open("ab") as target:
            begin = target.tell()
            meter.stands_at(file, begin)
            if begin >= file.size_bytes:
                return
            with self._answer(file, begin) as answer:
                if answer.status_code != _PARTIAL:
                    meter.stands_at(file, 0)
                    target.truncate(0)
                for chunk in answer.iter_raw():
                    target.write(chunk)
                    meter.came(file, len(chunk))
                    if target.tell() > file.size_bytes:
                        return

    @contextmanager
    def _answer(self, file: RemoteFile, begin: int) -> Iterator[Response]:
        # Compressed bytes could not be gone on with.
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={begin}-"}
        if token := get_token():
            headers["Authorization"] = f"Bearer {token}"
        with get_session().stream("GET", file.url, headers=headers, timeout=self.timeout_seconds) as answer:
            hf_raise_for_status(answer)
            yield answer

    def _require_intact(self, part: Path, file: RemoteFile, caller: Caller) -> None:
        size = part.stat().st_size
        if size < file.size_bytes:
            raise PassingError(
                "model_download", f"the hub gave {size:,} of the {file.size_bytes:,} bytes of {file.name}"
            )
        if size > file.size_bytes or (file.sha256 and self.digests.of(part, caller) != file.sha256):
            part.unlink()
            raise PassingError("model_download", f"{file.name} came damaged from the hub: it is fetched anew")


@dataclass(slots=True)
class _Meter:
    """Counts bytes for the caller: those that are there of each file, and those that came just now."""

    caller: Caller
    total: int
    news: int = 0
    _there: dict[str, int] = field(default_factory=dict)
    _began_at: float = field(default_factory=time.monotonic)

    def stands_at(self, file: RemoteFile, count: int) -> None:
        self._there[file.name] = count

    def came(self, file: RemoteFile, count: int) -> None:
        self._there[file.name] += count
        self.news += count
        done = min(self.total, sum(self._there.values()))
        speed = self.news / max(time.monotonic() - self._began_at, 1e-6)
        self.caller.tell(
            "model",
            100 * done / self.total,
            done_bytes=done,
            total_bytes=self.total,
            bytes_per_second=speed,
            eta_seconds=(self.total - done) / speed,
        )
