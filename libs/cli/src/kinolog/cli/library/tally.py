"""What became of each file of an import, and the table of it at the end."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from rich.table import Column, Table

from kinolog.cli.tables import plain


class Verdict(StrEnum):
    """`refused` is for good, as long as the file stays as it is; `failed` may go better the next time."""

    IMPORTED = "imported"
    PLANNED = "would be imported"
    KNOWN = "known"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    path: Path
    verdict: Verdict
    detail: str


@dataclass(slots=True)
class Tally:
    """Counts all outcomes; of those that went wrong it keeps the last one of each file."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    wrong: dict[Path, Outcome] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> bool:
        """Whether this is news: a watch meets the same trouble again and again."""
        before = self.wrong.pop(outcome.path, None)
        if before is not None:
            self.counts[before.verdict] -= 1
        self.counts[outcome.verdict] += 1
        if outcome.verdict in (Verdict.REFUSED, Verdict.FAILED):
            self.wrong[outcome.path] = outcome
        return outcome != before

    def tables(self) -> Iterable[Table]:
        counts = Table(Column("files", justify="right"), "")
        for verdict in Verdict:
            if self.counts[verdict] or verdict is not Verdict.PLANNED:
                counts.add_row(plain(str(self.counts[verdict])), plain(verdict.value))
        yield counts
        if self.wrong:
            yield self._table_of_trouble()

    def _table_of_trouble(self) -> Table:
        table = Table(Column("file", overflow="fold"), "", Column("why", overflow="fold"))
        for outcome in sorted(self.wrong.values(), key=lambda outcome: outcome.path):
            table.add_row(plain(str(outcome.path)), plain(outcome.verdict.value), plain(outcome.detail))
        return table
