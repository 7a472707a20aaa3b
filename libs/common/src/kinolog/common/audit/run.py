"""One pass over the log, every check at once; then storage and rows beside what it came to."""

from dataclasses import dataclass, field, replace
from typing import Final

from kinolog.common.aggregates import JOB, Job
from kinolog.common.audit.client_lines import HistoryLine
from kinolog.common.audit.effects import Effects
from kinolog.common.audit.followed import FollowedCheck
from kinolog.common.audit.freshness import FreshnessCheck
from kinolog.common.audit.history import HistoryCheck
from kinolog.common.audit.holdings import Holdings
from kinolog.common.audit.job_ledger import JobLedgers
from kinolog.common.audit.order import Order
from kinolog.common.audit.report import OF_HISTORIES, Check, Report
from kinolog.common.audit.rows import Rows, check_rows
from kinolog.common.audit.storage import check_blobs
from kinolog.common.audit.times import Times
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import LogCorrupt
from kinolog.common.events import RecordedEvent
from kinolog.common.ids import is_id
from kinolog.common.log import EventLog, Unreadable

_SCAN_ENTRIES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How far an audit goes: what is None, or empty, is left out.

    `deep` hashes every blob; `must_have_ended` is for an installation that has come to rest; `stream_created` is when
    the log was made, as remembered elsewhere.
    """

    blobs: BlobStore | None = None
    rows: Rows | None = None
    history: list[HistoryLine] = field(default_factory=list)
    deep: bool = False
    must_have_ended: bool = False
    stream_created: str | None = None

    def reaching(self, blobs: BlobStore, rows: Rows) -> "Scope":
        """The same, beyond the log."""
        return replace(self, blobs=blobs, rows=rows)


async def audit(log: EventLog, scope: Scope) -> Report:
    """Everything up to where the log ends now. Raises LogUnavailable."""
    report = Report()
    walk = _Walk(log, scope, report)
    end = await walk.to_the_end()
    if scope.blobs is None:
        report.skip(Check.BLOBS, "no storage was named")
    else:
        await check_blobs(walk.holdings, scope.blobs, report, deep=scope.deep)
    if scope.rows is None:
        report.skip(Check.ROWS, "no catalog was named")
    else:
        await check_rows(walk.holdings, end, scope.rows, log, report)
    return report


class _Walk:
    """Reads the log from 1 and shows each event to every check."""

    def __init__(self, log: EventLog, scope: Scope, report: Report) -> None:
        self.holdings = Holdings(log)
        self._log = log
        self._scope = scope
        self._report = report
        self._order = Order(report)
        self._ledgers = JobLedgers(report)
        self._effects = Effects(report)
        self._times = Times(report)
        self._histories = [kind(scope.history, report) for kind in (HistoryCheck, FollowedCheck, FreshnessCheck)]

    async def to_the_end(self) -> int:
        """The sequence that was the last when this began."""
        end = await self._log.last_sequence()
        try:
            await self._check_identity()
            await self._read(end)
        except LogCorrupt as error:
            self._report.violate(Check.LOG, str(error))
        self._effects.finish()
        self._ledgers.finish(must_have_ended=self._scope.must_have_ended)
        self._finish_histories()
        return end

    def _finish_histories(self) -> None:
        if not self._scope.history:
            for check in OF_HISTORIES:
                self._report.skip(check, "no history was given")
            return
        for history in self._histories:
            history.finish()

    async def _check_identity(self) -> None:
        created = (await self._log.checkpoint(0)).stream_created
        remembered = self._scope.stream_created
        if remembered is not None and created != remembered:
            self._report.violate(Check.LOG, f"the log was made at {created}, not at {remembered}")

    async def _read(self, end: int) -> None:
        position = 0
        while position < end:
            batch = await self._log.scan(position, min(_SCAN_ENTRIES, end - position))
            if not batch.entries:
                raise LogCorrupt(f"the log ends at {position} instead of {end}")
            for entry in batch.entries:
                await self._see(entry)
            position = batch.entries[-1].sequence

    async def _see(self, entry: RecordedEvent | Unreadable) -> None:
        self._report.look(Check.LOG)
        self._report.look(Check.READABLE)
        if isinstance(entry, Unreadable):
            self._set_aside(entry)
            return
        self._effects.see(entry)
        for history in self._histories:
            history.see(entry)
        if not self.holdings.is_frozen(entry.subject.kind, entry.subject.id):
            await self._follow(entry)

    async def _follow(self, entry: RecordedEvent) -> None:
        self._order.see(entry)
        if entry.subject.kind == JOB.kind:
            self._ledgers.see(entry)
            self._times.see(entry)
        after = await self.holdings.see(entry)
        if after is not None and isinstance(after.state, Job):
            self._ledgers.compare(after.id, after.state.status)
            if self._ledgers.has_ended(after.id):
                self._order.settle(JOB.kind, after.id)
                self._times.settle(after.id)

    def _set_aside(self, entry: Unreadable) -> None:
        """Damage to one event is known and contained: its aggregate is in quarantine. A newer one is a lack of ours."""
        if entry.is_newer:
            self._report.violate(Check.READABLE, f"{entry.subject} at {entry.sequence}: {entry.reason}")
            return
        self._report.note(f"{entry.subject} at {entry.sequence} is in quarantine: {entry.reason}")
        tokens = entry.subject.split(".")
        if len(tokens) > 2 and is_id(tokens[2]):
            self.holdings.freeze(tokens[1], tokens[2])
            self._ledgers.forget(tokens[2])
