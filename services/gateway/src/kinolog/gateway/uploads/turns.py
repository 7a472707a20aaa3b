"""Whose turn it is with an upload. A sender whose line broke asks where the upload stands while the gateway may still
wait for the rest of the old request: the question ends that one, and what had come by then counts.

Among several gateways nobody takes turns: pieces are never overwritten, and whoever is behind is told by a 409.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager

from kinolog.gateway.problems import Problem


class Turn:
    def __init__(self) -> None:
        self.is_over = asyncio.Event()
        self._is_asked_for = False
        self._patience: asyncio.Timeout | None = None

    def ask_for(self) -> None:
        """Let whoever has it come to an end. It does so while it reads; it always finishes what it is writing."""
        self._is_asked_for = True
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Around each wait for the sender. Raises the problem `upload-locked` once somebody else asks for the turn."""
        if self._is_asked_for:
            raise _locked("another request asked for it")
        try:
            async with asyncio.timeout(None) as self._patience:
                yield
        except TimeoutError:
            raise _locked("another request asked for it") from None
        finally:
            self._patience = None


class UploadTurns:
    def __init__(self, handover_seconds: float) -> None:
        self._handover_seconds = handover_seconds
        self._taken: dict[str, Turn] = {}

    @property
    def taken(self) -> Collection[str]:
        """The ids of the uploads that somebody is busy with."""
        return self._taken.keys()

    @contextmanager
    def take(self, upload_id: str) -> Iterator[Turn]:
        """Raises the problem `upload-locked` if somebody has it."""
        if upload_id in self._taken:
            raise _locked("another request is sending to it")
        turn = self._taken[upload_id] = Turn()
        try:
            yield turn
        finally:
            del self._taken[upload_id]
            turn.is_over.set()

    @asynccontextmanager
    async def take_over(self, upload_id: str) -> AsyncIterator[Turn]:
        """As `take`, after asking whoever has it to come to an end."""
        try:
            async with asyncio.timeout(self._handover_seconds):
                while (taken := self._taken.get(upload_id)) is not None:
                    taken.ask_for()
                    await taken.is_over.wait()
        except TimeoutError:
            raise _locked("another request is busy with it") from None
        with self.take(upload_id) as turn:
            yield turn

    def end_all(self) -> None:
        """Before the gateway stops: what has come by now is stored, and counts at the next one."""
        for turn in self._taken.values():
            turn.ask_for()


def _locked(reason: str) -> Problem:
    return Problem("upload-locked", f"{reason}: ask with HEAD where the upload stands, then go on from there")
