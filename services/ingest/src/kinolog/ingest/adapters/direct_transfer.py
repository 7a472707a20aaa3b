"""A direct download as a whole: several connections that take its pieces, break off and go on."""

import asyncio
from typing import Final

import httpx2
import structlog

from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.common.jobs import DownloadInput
from kinolog.common.room import Room
from kinolog.common.worker.context import JobContext
from kinolog.ingest.adapters.asking import Asking
from kinolog.ingest.adapters.direct_account import Account
from kinolog.ingest.adapters.direct_file import DirectFile
from kinolog.ingest.adapters.direct_stream import Broken, Stream, Unreliable
from kinolog.ingest.adapters.pace import Throttle
from kinolog.ingest.domain.fetching import Fetched
from kinolog.ingest.domain.pieces import Piece

# A server may take some connections and have enough of the others; those that it took then do all the work.
_OF_ONE_CONNECTION: Final = ("source_unavailable", "source_unreachable", "source_too_slow")

_TROUBLES: Final = (Broken, httpx2.TransportError, TimeoutError)

_logger: Final = structlog.get_logger(__name__)


class Transfer:
    """One attempt at one file."""

    def __init__(self, asking: Asking, file: DirectFile, room: Room, job: DownloadInput, ctx: JobContext) -> None:
        self._limits = asking.limits
        self._file, self._room = file, room
        self._wanted_sha256 = job.sha256.lower() if job.sha256 else None
        self._job_id = ctx.job.id
        clock = asyncio.get_running_loop().time
        self._account = Account(file, ctx, clock, self._limits.checkpoint_interval_seconds)
        throttle = Throttle(clock, job.rate_limit_bytes_per_second)
        self._stream = Stream(asking, file, throttle, self._account.report, self._account.note)
        self._connections, self._working = self._limits.connections, 0

    async def run(self) -> Fetched:
        self._account.report()
        try:
            return await self._fetched()
        except Unreliable as error:
            _logger.info("Beginning a download anew in one stream", job_id=self._job_id, reason=str(error))
        await self._file.forget()
        self._connections = 1
        try:
            return await self._fetched()
        except Unreliable as error:
            raise _unreachable(error) from error

    async def _fetched(self) -> Fetched:
        """Raises WorkError, and Unreliable where it may help to begin anew."""
        is_patched = self._file.received_bytes > 0
        try:
            await self._receive()
        except PassingError:
            await self._account.keep()
            raise
        fetched = await self._file.finish()
        if self._wanted_sha256 not in (None, fetched.fingerprint.sha256):
            raise self._mismatch(fetched, is_patched)
        return fetched

    async def _receive(self) -> None:
        self._refuse_without_room()
        try:
            async with asyncio.TaskGroup() as group:
                self._start(group, 1 if self._file.plan is None else self._connections)
        except ExceptionGroup as failures:
            raise _most_telling(failures) from failures
        if not self._file.is_complete:
            raise _unreachable(Broken("Nobody fetched the last pieces"))

    def _refuse_without_room(self) -> None:
        """What is received is stored once more, as a blob. How much that is, not every server tells."""
        total_bytes = self._file.source.total_bytes
        if total_bytes is not None:
            self._room.refuse_without(work_bytes=total_bytes - self._file.received_bytes, blob_bytes=total_bytes)

    def _start_others(self, group: asyncio.TaskGroup) -> None:
        self._refuse_without_room()
        self._start(group, self._connections - 1)

    def _start(self, group: asyncio.TaskGroup, count: int) -> None:
        for _ in range(count):
            group.create_task(self._work(group))

    async def _work(self, group: asyncio.TaskGroup) -> None:
        """What one connection at a time does: piece after piece, as long as there are any."""
        self._working += 1
        piece: Piece | None = None
        try:
            piece = await self._begun(group) if self._file.plan is None else self._file.plan.take()
            while piece is not None:
                await self._insist(piece)
                piece = self._file.plan.take() if self._file.plan else None
        except WorkError as error:
            if self._is_refused_a_piece(error):
                raise Unreliable(error.message) from error
            if self._working == 1 or error.kind not in _OF_ONE_CONNECTION:
                raise
            _logger.info("Going on with fewer connections", job_id=self._job_id, reason=error.message)
        finally:
            self._working -= 1
            if piece is not None:
                piece.is_taken = False

    async def _begun(self, group: asyncio.TaskGroup) -> Piece | None:
        """What is to do of a file that nothing was known of, after the answer that told of it."""
        try:
            await self._stream.begin(self._connections, lambda: self._start_others(group))
        except _TROUBLES as error:
            await self._go_on_after(error, 0)
        return self._file.plan.take() if self._file.plan else None

    async def _insist(self, piece: Piece) -> None:
        """Receive a piece over as many connections as it takes. Raises WorkError, Unreliable."""
        fruitless = 0
        while not piece.is_complete:
            before = piece.received
            try:
                await self._stream.go_on(piece)
            except _TROUBLES as error:
                least_bytes = self._limits.lowest_speed_bytes_per_second * self._limits.speed_window_seconds
                fruitless = 0 if piece.received - before >= least_bytes else fruitless + 1
                await self._go_on_after(error, fruitless)

    async def _go_on_after(self, error: Exception, fruitless: int) -> None:
        """Raises PassingError where going on from here is not possible, or was tried often enough."""
        if not self._file.can_be_gone_on_with or fruitless > self._limits.max_resumptions:
            raise _unreachable(error) from error
        received_bytes = self._file.received_bytes
        _logger.info("Going on with a broken download", job_id=self._job_id, received_bytes=received_bytes)
        await asyncio.sleep(self._limits.resume_pause_seconds)

    def _is_refused_a_piece(self, error: WorkError) -> bool:
        """A server that gives the file, but nobody any piece of it, may give it in one."""
        is_refused = isinstance(error, PermanentError) and error.kind == "source_unavailable"
        return is_refused and self._is_split and self._working == 1

    @property
    def _is_split(self) -> bool:
        return self._file.plan is not None and self._file.plan.is_split

    def _mismatch(self, fetched: Fetched, is_patched: bool) -> Exception:
        """What was put together may be wrong because the server's ranges are; what came in one piece is not it."""
        if is_patched or self._is_split:
            return Unreliable("The pieces do not make up the file that is wanted.")
        message = (
            f"The file is not the one that is wanted: its SHA-256 is {fetched.fingerprint.sha256}. "
            "Check the address, and the `sha256` that was given."
        )
        return PermanentError("checksum_mismatch", message)


def _unreachable(error: Exception) -> PassingError:
    message = "The server cannot be reached, or broke off before the end of the file: check the address."
    return PassingError("source_unreachable", message, detail=repr(error))


def _most_telling(failures: ExceptionGroup[Exception]) -> Exception:
    """What is final comes first, and what can be helped by beginning anew before what passes."""
    ranks = (PermanentError, Unreliable, Exception)
    return next(error for rank in ranks for error in failures.exceptions if isinstance(error, rank))
