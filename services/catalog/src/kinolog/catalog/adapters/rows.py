"""From an aggregate to its row and back, without loss."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Dialect, Table

from kinolog.catalog.adapters.columns import Turn, to_driver
from kinolog.catalog.adapters.tables import SEARCH, TABLES
from kinolog.catalog.domain.changed import changed_fields
from kinolog.catalog.domain.folding import Folded
from kinolog.catalog.domain.listing import LISTINGS, Derived, Listing, searchable
from kinolog.common.aggregates import AGGREGATES, Aggregate, Loaded
from kinolog.common.aggregates.base import State

_STATEMENTS_KEPT: Final = 1_000

Row = Mapping[str, Any]

_LISTING_OF = {listing.kind: listing for listing in LISTINGS.values()}


Pair = tuple[Folded, Folded | None]


class Write(NamedTuple):
    """A statement for the driver, and the rows that it is for."""

    statement: str
    rows: list[tuple[Any, ...]]


class Written(NamedTuple):
    """A column: what of an aggregate it holds, and how the driver takes that."""

    name: str
    of: Callable[[Folded], Any]
    turn: Turn | None

    def values(self, those: Iterable[Folded]) -> list[Any]:
        values = map(self.of, those)
        return list(values if self.turn is None else map(self.turn, values))


class Rows:
    """How rows of one kind are written: whole ones, or the columns of known ones that have changed.

    Statements go to the driver as they are: SQLAlchemy would spend more time on the values than the fold that they come
    from. A column that is written costs each index that it is part of, changed or not.
    """

    def __init__(self, kind: str, dialect: Dialect, schema: str | None) -> None:
        self._words = Words(TABLES[kind], dialect, schema)
        self._searched, self._derived = _LISTING_OF[kind].searched, _LISTING_OF[kind].derived
        of = _contents_of(_LISTING_OF[kind])
        self._columns = [
            Written(column.name, of[column.name], to_driver(column, dialect)) for column in TABLES[kind].columns
        ]
        self._id = next(column for column in self._columns if column.name == "id")

    def writes(self, pairs: Sequence[Pair]) -> Iterator[Write]:
        """What makes rows of aggregates that have a state. With each comes what its row holds, if there is one."""
        if added := [after for after, before in pairs if before is None]:
            yield self._insert(added)
        if known := [(after, before) for after, before in pairs if before is not None]:
            yield self._update(known)

    def _insert(self, added: Sequence[Folded]) -> Write:
        """Without the columns that nobody has anything for: that is a third of a job's, and half of what it costs."""
        values = {column.name: column.values(added) for column in self._columns}
        told = {name: those for name, those in values.items() if those.count(None) < len(added)}
        return Write(self._words.insert(tuple(told)), list(zip(*told.values(), strict=True)))

    def _update(self, known: Sequence[tuple[Folded, Folded]]) -> Write:
        changed = self._changed(known)
        columns = [column for column in self._columns if column.name in changed]
        those = [after for after, _ in known]
        values = [column.values(those) for column in (*columns, self._id)]
        return Write(self._words.update(tuple(column.name for column in columns)), list(zip(*values, strict=True)))

    def _changed(self, known: Iterable[tuple[Folded, Folded]]) -> set[str]:
        """The columns in which any of the rows has changed: one statement is cheaper than less to write in each."""
        changed = {"sequence", "version"}
        for after, before in known:
            changed |= changed_fields(after.require(), before.state).keys()
        if not changed.isdisjoint(self._searched):
            changed.add(SEARCH)
        return changed | {derived.name for derived in self._derived if derived.field in changed}


def _contents_of(listing: Listing) -> dict[str, Callable[[Folded], Any]]:
    """What each column holds, by its name."""
    of: dict[str, Callable[[Folded], Any]] = {name: attrgetter(f"state.{name}") for name in listing.model.model_fields}
    of |= {name: attrgetter(name) for name in ("sequence", "version")}
    of |= {derived.name: partial(_derived, derived) for derived in listing.derived}
    return of | {SEARCH: partial(_search, listing.searched)}


def _derived(derived: Derived, folded: Folded) -> str:
    return derived.of(getattr(folded.state, derived.field))


def _search(searched: Iterable[str], folded: Folded) -> str:
    return searchable("\n".join(getattr(folded.state, name) for name in searched))


class Words:
    """The statements that write rows of one table, in the words of the driver."""

    def __init__(self, table: Table, dialect: Dialect, schema: str | None) -> None:
        self._quote = dialect.identifier_preparer.quote
        self._place = "?" if dialect.name == "sqlite" else "$"
        self._table = self._quote(table.name) if schema is None else f"{self._quote(schema)}.{self._quote(table.name)}"
        self.insert = lru_cache(_STATEMENTS_KEPT)(self._insert)
        self.update = lru_cache(_STATEMENTS_KEPT)(self._update)

    def _insert(self, names: tuple[str, ...]) -> str:
        places = ", ".join(self._places(len(names)))
        return f"INSERT INTO {self._table} ({', '.join(map(self._quote, names))}) VALUES ({places})"  # noqa: S608  # names of ours only

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
