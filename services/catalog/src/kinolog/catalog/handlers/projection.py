"""Folding each batch of the log into rows, and making all rows anew when they cannot be trusted."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Set
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import replace
from typing import Final, Protocol, Self, cast

import structlog

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.bell import Hearing
from kinolog.catalog.domain.errors import RebuildRunning, StoreUnavailable
from kinolog.catalog.domain.folding import Entry, Fold, Folded, Key, entries_after, fold_entries, keys_of
from kinolog.catalog.domain.rest import NO_REST, Rest
from kinolog.common.crashpoint import crashpoint
from kinolog.common.errors import LogCorrupt, LogUnavailable
from kinolog.common.log import Batch, Checkpoint, EventLog, Unreadable
from kinolog.common.together import until_one_ends

WINDOW_EVENTS: Final = 5_000

_logger: Final = structlog.get_logger(__name__)


class Transaction(Protocol):
    @property
    def checkpoint(self) -> Checkpoint:
        """Where the rows stand, which nobody else changes until this transaction ends."""
        ...

    async def known(self, keys: Iterable[Key]) -> Mapping[Key, Folded]:
        """The aggregates that have a row."""
        ...

    async def frozen(self, keys: Iterable[Key]) -> Set[Key]:
        """Those of which an event is in quarantine."""
        ...

    async def write(self, fold: Fold, checkpoint: Checkpoint) -> None: ...


class Store(Protocol):
    """Tables of rows. Every method raises StoreUnavailable when the database cannot be used at present."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]: ...

    async def checkpoint(self) -> Checkpoint: ...


class RebuildableStore(Store, Protocol):
    async def is_current(self) -> bool:
        """Whether the tables are there, and are those of this release."""
        ...

    async def create(self, checkpoint: Checkpoint) -> None:
        """Make empty tables."""
        ...

    def beside(self) -> AbstractAsyncContextManager[Self]:
        """Another store next to this one, without tables yet, gone at the end. Raises RebuildRunning."""
        ...

    async def adopt(self, other: Self, log_end: Callable[[], Awaitable[int]]) -> bool:
        """Take over the other's rows at once, unless this store has come further, within a log that ends there.

        Where it ends is asked when nobody can write to this store any more.
        """
        ...


async def keep_following(
    log: EventLog,
    store: RebuildableStore,
    applied: Applied,
    *,
    retry_seconds: float,
    check_seconds: float,
    rest: Rest = NO_REST,
    window_events: int = WINDOW_EVENTS,
    hearing: Hearing | None = None,
) -> None:
    """Fold the log into rows, for ever, through every outage of the log and of the database.

    There is a `rest` after each transaction, so that the next one gathers more events, and a rebuild gathers
    `window_events` for one. Those in `hearing` are told what was folded.

    Raises LogCorrupt or UpgradeNeeded when going on would make the rows wrong.
    """
    hearing = hearing or Hearing()
    while True:
        try:
            checkpoint = await prepare(log, store, window_events=window_events)
            following = follow(log, store, applied, checkpoint, rest, hearing)
            await until_one_ends(following, _watch(store, check_seconds))
        except (LogUnavailable, StoreUnavailable, RebuildRunning) as error:
            _logger.warning("Cannot follow the log at present", retry_seconds=retry_seconds, error=str(error))
        await asyncio.sleep(retry_seconds)


async def prepare(log: EventLog, store: RebuildableStore, *, window_events: int = WINDOW_EVENTS) -> Checkpoint:
    """Make sure that the rows are of this release and of this log. Raises LogCorrupt when the log is another one."""
    if not await store.is_current():
        _logger.info("The tables are missing or of another release")
        await rebuild(log, store, window_events=window_events)
    checkpoint = await store.checkpoint()
    await log.verify(checkpoint)
    return checkpoint


async def follow(
    log: EventLog, store: Store, applied: Applied, checkpoint: Checkpoint, rest: Rest, hearing: Hearing
) -> None:
    """Fold what comes after a checkpoint, until something stands in the way. There is no rest while it is behind."""
    await applied.reach(checkpoint.sequence)
    async with _tail(log, checkpoint.sequence) as batches:
        async for batch in batches:
            await applied.reach(await on_batch(batch, log, store))
            hearing.tell(batch.entries)
            if batch.is_caught_up:
                await applied.rest(rest.after(len(batch.entries)))


def _tail(log: EventLog, after: int) -> aclosing["AsyncGenerator[Batch, None]"]:
    return aclosing(cast("AsyncGenerator[Batch, None]", log.tail(after)))


async def on_batch(batch: Batch, log: EventLog, store: Store) -> int:
    """Fold a batch, in one transaction with the checkpoint after it; return the sequence that the rows have come to.

    What has been folded before is left out, so a batch that comes twice changes nothing.
    """
    end = await _end_of(batch, log)
    async with store.transaction() as transaction:
        _refuse_another_stream(transaction.checkpoint, end)
        entries = entries_after(transaction.checkpoint.sequence, batch.entries)
        if not entries:
            return transaction.checkpoint.sequence
        keys = keys_of(entries)
        fold = fold_entries(entries, await transaction.known(keys), await transaction.frozen(keys))
        await transaction.write(fold, end)
        crashpoint("catalog.before_commit")
    crashpoint("catalog.after_commit")
    _tell(fold, end)
    return end.sequence


async def _end_of(batch: Batch, log: EventLog) -> Checkpoint:
    last = max(batch.entries, key=lambda entry: entry.sequence)
    if batch.stream_created is None:
        return await log.checkpoint(last.sequence)
    event_id = last.event_id if isinstance(last, Unreadable) else last.metadata.event_id
    return Checkpoint(sequence=last.sequence, event_id=event_id, stream_created=batch.stream_created)


async def rebuild(log: EventLog, store: RebuildableStore, *, window_events: int = WINDOW_EVENTS) -> Checkpoint:
    """Fold the whole log into fresh tables beside the live ones, then let those take their place at once.

    Readers see the old rows until then, and the checkpoint never goes back. Raises RebuildRunning.
    """
    async with store.beside() as fresh:
        await fresh.create(await log.checkpoint(0))
        await _fold_to_the_end(log, fresh, window_events)
        while not await store.adopt(fresh, log.last_sequence):
            await _fold_to_the_end(log, fresh, window_events)
    checkpoint = await store.checkpoint()
    _logger.info("Rebuilt the tables", sequence=checkpoint.sequence)
    return checkpoint


async def _watch(store: RebuildableStore, check_seconds: float) -> None:
    """Notice that the tables are gone even while no event comes that would have to be written to them."""
    while await store.is_current():  # noqa: ASYNC110  # Nothing announces a deletion.
        await asyncio.sleep(check_seconds)
    raise StoreUnavailable("the tables are gone")


async def _fold_to_the_end(log: EventLog, store: Store, window_events: int) -> None:
    """The end is where the log ends now: more may be appended all the time."""
    sequence, end = (await store.checkpoint()).sequence, await log.last_sequence()
    if sequence >= end:
        return
    async with (
        _tail(log, sequence) as tail,
        aclosing(_read_ahead(tail)) as batches,
        aclosing(_windows(batches, window_events, end)) as windows,
    ):
        async for window in windows:
            if await on_batch(window, log, store) >= end:
                return


async def _windows(batches: AsyncGenerator[Batch, None], most_events: int, end: int) -> AsyncGenerator[Batch, None]:
    """The same entries, up to the end at least, in batches of so many: what happens to an aggregate within one of them
    is written once. They are held meanwhile, for which only a store that nobody reads can wait.
    """
    entries: list[Entry] = []
    async for batch in batches:
        entries += batch.entries
        if len(entries) >= most_events or entries[-1].sequence >= end:
            yield replace(batch, entries=tuple(entries))
            entries.clear()


async def _read_ahead(tail: AsyncGenerator[Batch, None]) -> AsyncGenerator[Batch, None]:
    """The same batches, each read and decoded while the one before is being written."""
    ahead = asyncio.ensure_future(anext(tail))
    try:
        while True:
            batch = await ahead
            ahead = asyncio.ensure_future(anext(tail))
            yield batch
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


def _refuse_another_stream(known: Checkpoint, found: Checkpoint) -> None:
    if known.stream_created != found.stream_created:
        raise LogCorrupt(f"the stream was made at {found.stream_created}, but the rows are of {known.stream_created}")


def _tell(fold: Fold, end: Checkpoint) -> None:
    for entry in fold.quarantined:
        _logger.error(
            "Put an event into quarantine: its aggregate stays as it was until the catalog is rebuilt",
            sequence=entry.sequence,
            subject=entry.subject,
            reason=entry.reason,
        )
    _logger.debug("Folded a batch", sequence=end.sequence, aggregates=len(fold.changed))
