"""The children's output on its way to ours: cut into bounded lines, made harmless, prefixed, and never waited for."""

import os
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

_COLOURS: Final = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)


class Log(Protocol):
    def __call__(self, name: str, line: str) -> None:
        """Take one line that the named part of the platform has to say."""
        ...


class LineSplitter:
    """Turns chunks of bytes into lines of at most `limit_bytes`; what exceeds that is dropped, never collected."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._pending = b""

    def feed(self, chunk: bytes) -> list[str]:
        *whole, rest = (self._pending + chunk).split(b"\n")
        self._pending = rest[: self._limit + 1]
        return [self._shown(line) for line in whole]

    def finish(self) -> list[str]:
        """The last line, where the output did not end with a line break."""
        return [self._shown(self._pending)] if self._pending else []

    def _shown(self, line: bytes) -> str:
        cut = " …" if len(line) > self._limit else ""
        return harmless(line[: self._limit].decode(errors="replace").rstrip("\r")) + cut


def harmless(text: str) -> str:
    """The text with all that could steer a terminal written out, e.g. as \\x1b: file names come from strangers."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text)


class Prefixed:
    """A Log that writes `name │ line`, every name in its own colour when there is a terminal to show it."""

    def __init__(self, names: Sequence[str], write: Callable[[str], None], *, colour: bool) -> None:
        width = max(map(len, names), default=0)
        self._prefixes = {
            name: f"\x1b[{code}m{name:<{width}} │\x1b[0m " if colour else f"{name:<{width}} | "
            for name, code in zip(names, _cycle(len(names)), strict=True)
        }
        self._write = write

    def __call__(self, name: str, line: str) -> None:
        self._write(f"{self._prefixes[name]}{line}\n")


def _cycle(count: int) -> list[int]:
    return [_COLOURS[index % len(_COLOURS)] for index in range(count)]


class LineWriter:
    """Writes to a file descriptor from a thread of its own, and drops lines rather than wait.

    A script that reads up to `ready` and no further leaves a full pipe behind; the supervisor must not hang on it.
    """

    def __init__(self, descriptor: int, backlog_lines: int) -> None:
        self._descriptor = descriptor
        self._backlog: queue.Queue[bytes | None] = queue.Queue(backlog_lines)
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        try:
            self._own_up(patience_seconds=0)
            self._backlog.put_nowait(text.encode(errors="replace"))
        except queue.Full:
            self._dropped += 1

    def close(self, patience_seconds: float = 1.0) -> None:
        """Write out what is left, as long as somebody reads it."""
        try:
            self._own_up(patience_seconds)
            self._backlog.put(None, timeout=patience_seconds)
        except queue.Full:
            return
        self._thread.join(patience_seconds)

    def _own_up(self, patience_seconds: float) -> None:
        if self._dropped:
            notice = f"({self._dropped} lines were not read in time and dropped)\n"
            self._backlog.put(notice.encode(), block=patience_seconds > 0, timeout=patience_seconds or None)
            self._dropped = 0

    def _run(self) -> None:
        while (chunk := self._backlog.get()) is not None:
            try:
                self._write_out(chunk)
            except OSError:
                # The reader is gone for good (closed pipe or terminal): from here on there is nobody to write to.
                self._descriptor = os.open(os.devnull, os.O_WRONLY)

    def _write_out(self, chunk: bytes) -> None:
        while chunk:
            chunk = chunk[os.write(self._descriptor, chunk) :]
