"""From an aggregate to its row and back, without loss."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Dialect, Table

from kinolog.catalog.adapters.columns import to_driver
from kinolog.catalog.adapters.tables import SEARCH, TABLES
from kinolog.catalog.domain.folding import Folded
from kinolog.catalog.domain.listing import LISTINGS, searchable
from kinolog.common.aggregates import AGGREGATES, Aggregate, Loaded
from kinolog.common.aggregates.base import State

Row = Mapping[str, Any]

_LISTING_OF = {listing.kind: listing for listing in LISTINGS.values()}


class Upsert:
    """The statement that writes rows of one kind, new or not, and the values that it takes.

    It goes to the driver as it is: SQLAlchemy would spend more time on the values than the fold that they come from.
    """

    def __init__(self, kind: str, dialect: Dialect, schema: str | None) -> None:
        table = TABLES[kind]
        self.statement = _upsert(table, dialect, schema)
        self._searched = _LISTING_OF[kind].searched
        self._columns = [(column.name, to_driver(column, dialect)) for column in table.columns]

    def values(self, folded: Folded) -> tuple[Any, ...]:
        """The row of an aggregate that has a state."""
        state: State = folded.require()
        row = {**state.__dict__, "sequence": folded.sequence, "version": folded.version}
        if self._searched:
            row[SEARCH] = searchable("\n".join(row[name] for name in self._searched))
        return tuple([row[name] if convert is None else convert(row[name]) for name, convert in self._columns])


def _upsert(table: Table, dialect: Dialect, schema: str | None) -> str:
    quote = dialect.identifier_preparer.quote
    names = [quote(column.name) for column in table.columns]
    target = quote(table.name) if schema is None else f"{quote(schema)}.{quote(table.name)}"
    places = ["?" if dialect.name == "sqlite" else f"${number}" for number in range(1, len(names) + 1)]
    changes = [f"{name} = excluded.{name}" for name in names]
    return (
        f"INSERT INTO {target} ({', '.join(names)}) VALUES ({', '.join(places)})"  # noqa: S608  # names of ours only
        f" ON CONFLICT ({quote('id')}) DO UPDATE SET {', '.join(changes)}"
    )


def to_state(kind: str, row: Row) -> State:
    model = _LISTING_OF[kind].model
    return model.model_validate({name: row[name] for name in model.model_fields})


def to_folded(kind: str, row: Row) -> Folded:
    aggregate = cast("Aggregate[Any]", AGGREGATES[kind])
    return Loaded(aggregate, row["id"], to_state(kind, row), row["sequence"], row["version"])
