"""From an aggregate to its row and back, without loss."""

from collections.abc import Mapping
from typing import Any, cast

from kinolog.catalog.adapters.columns import DOCUMENT
from kinolog.catalog.adapters.tables import SEARCH, TABLES
from kinolog.catalog.domain.folding import Folded
from kinolog.catalog.domain.listing import LISTINGS, searchable
from kinolog.common.aggregates import AGGREGATES, Aggregate, Loaded
from kinolog.common.aggregates.base import State

Row = Mapping[str, Any]

_LISTING_OF = {listing.kind: listing for listing in LISTINGS.values()}
_DOCUMENTS = {
    kind: frozenset(column.name for column in table.columns if column.type is DOCUMENT)
    for kind, table in TABLES.items()
}


def to_row(kind: str, folded: Folded) -> dict[str, Any]:
    """The row of an aggregate that has a state."""
    state: State = folded.require()
    documents = state.model_dump(mode="json", include=set(_DOCUMENTS[kind]))
    scalars = {name: getattr(state, name) for name in type(state).model_fields}
    row = {**scalars, **documents, "sequence": folded.sequence, "version": folded.version}
    if fields := _LISTING_OF[kind].searched:
        row[SEARCH] = searchable("\n".join(getattr(state, name) for name in fields))
    return row


def to_state(kind: str, row: Row) -> State:
    model = _LISTING_OF[kind].model
    return model.model_validate({name: row[name] for name in model.model_fields})


def to_folded(kind: str, row: Row) -> Folded:
    aggregate = cast("Aggregate[Any]", AGGREGATES[kind])
    return Loaded(aggregate, row["id"], to_state(kind, row), row["sequence"], row["version"])
