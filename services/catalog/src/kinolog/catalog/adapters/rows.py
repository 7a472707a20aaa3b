"""From an aggregate to its row and back, without loss."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Dialect, Table

from kinolog.catalog.adapters.columns import to_driver
from kinolog.catalog.adapters.tables import SEARCH, TABLES
from kinolog.catalog.domain.changed import changed_fields
from kinolog.catalog.domain.folding import Folded
from kinolog.catalog.domain.listing import LISTINGS, searchable
from kinolog.common.aggregates import AGGREGATES, Aggregate, Loaded
from kinolog.common.aggregates.base import State

_UPDATES_KEPT: Final = 1_000

Row = Mapping[str, Any]

_LISTING_OF = {listing.kind: listing for listing in LISTINGS.values()}


Pair = tuple[Folded, Folded | None]


class Write(NamedTuple):
    """A statement for the driver, and the rows that it is for."""

    statement: str
    rows: list[tuple[Any, ...]]


class Rows:
    """How rows of one kind are written: whole ones, or the columns of known ones that have changed.

    Statements go to the driver as they are: SQLAlchemy would spend more time on the values than the fold that they come
    from. A column that is written costs each index that it is part of, changed or not.
    """

    def __init__(self, kind: str, dialect: Dialect, schema: str | None) -> None:
        self._words = Words(TABLES[kind], dialect, schema)
        self._searched, self._derived = _LISTING_OF[kind].searched, _LISTING_OF[kind].derived
        self._columns = {column.name: to_driver(column, dialect) for column in TABLES[kind].columns}

    def writes(self, pairs: Sequence[Pair]) -> Iterator[Write]:
        """What makes rows of aggregates that have a state. With each comes what its row holds, if there is one."""
        if added := [after for after, before in pairs if before is None]:
            yield Write(self._words.upsert, self._values(added, list(self._columns)))
        if known := [(after, before) for after, before in pairs if before is not None]:
            names = self._changed(known)
            rows = self._values([after for after, _ in known], [*names, "id"])
            yield Write(self._words.update(names), rows)

    def _changed(self, known: Iterable[tuple[Folded, Folded]]) -> tuple[str, ...]:
        """The columns in which any of the rows has changed: one statement is cheaper than less to write in each."""
        changed = {"sequence", "version"}
        for after, before in known:
            changed |= changed_fields(after.require(), before.state).keys()
        if not changed.isdisjoint(self._searched):
            changed.add(SEARCH)
        changed |= {derived.name for derived in self._derived if derived.field in changed}
        return tuple(name for name in self._columns if name in changed)

    def _values(self, those: Iterable[Folded], names: Iterable[str]) -> list[tuple[Any, ...]]:
        columns = [(name, self._columns[name]) for name in names]
        rows = map(self._row, those)
        return [tuple([row[name] if turn is None else turn(row[name]) for name, turn in columns]) for row in rows]

    def _row(self, folded: Folded) -> dict[str, Any]:
        state: State = folded.require()
        row = {**state.__dict__, "sequence": folded.sequence, "version": folded.version}
        if self._searched:
            row[SEARCH] = searchable("\n".join(row[name] for name in self._searched))
        row |= {derived.name: derived.of(row[derived.field]) for derived in self._derived}
        return row


class Words:
    """The statements that write rows of one table, in the words of the driver."""

    def __init__(self, table: Table, dialect: Dialect, schema: str | None) -> None:
        self._quote = dialect.identifier_preparer.quote
        self._place = "?" if dialect.name == "sqlite" else "$"
        self._table = self._quote(table.name) if schema is None else f"{self._quote(schema)}.{self._quote(table.name)}"
        self.upsert = self._upsert([column.name for column in table.columns])
        self.update = lru_cache(_UPDATES_KEPT)(self._update)

    def _upsert(self, names: Sequence[str]) -> str:
        quoted = [self._quote(name) for name in names]
        changes = [f"{name} = excluded.{name}" for name in quoted]
        return (
            f"INSERT INTO {self._table} ({', '.join(quoted)})"  # noqa: S608  # names of ours only
            f" VALUES ({', '.join(self._places(len(names)))})"
            f" ON CONFLICT ({self._quote('id')}) DO UPDATE SET {', '.join(changes)}"
        )

    def _update(self, names: tuple[str, ...]) -> str:
        """Takes the columns, and then the id."""
        *places, last = self._places(len(names) + 1)
        changes = [f"{self._quote(name)} = {place}" for name, place in zip(names, places, strict=True)]
        return f"UPDATE {self._table} SET {', '.join(changes)} WHERE {self._quote('id')} = {last}"  # noqa: S608  # as above

    def _places(self, count: int) -> list[str]:
        return ["?" if self._place == "?" else f"${number}" for number in range(1, count + 1)]


def to_state(kind: str, row: Row) -> State:
    model = _LISTING_OF[kind].model
    return model.model_validate({name: row[name] for name in model.model_fields})


def to_folded(kind: str, row: Row) -> Folded:
    aggregate = cast("Aggregate[Any]", AGGREGATES[kind])
    return Loaded(aggregate, row["id"], to_state(kind, row), row["sequence"], row["version"])
