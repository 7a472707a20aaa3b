"""The tables follow the state models: whatever field a state has, its row has."""

import pytest
from sqlalchemy import JSON, BigInteger, Boolean, Double

from kinolog.catalog.adapters.columns import UtcTime
from kinolog.catalog.adapters.tables import ROW_CLASSES, SEARCH, TABLES, schema_digest
from kinolog.catalog.domain.listing import LISTINGS, Listing
from kinolog.common.aggregates import AGGREGATES
from kinolog.common.events import base

listings = pytest.mark.parametrize("listing", LISTINGS.values(), ids=lambda listing: listing.name)


@listings
def test_every_field_of_a_state_is_a_column(listing: Listing) -> None:
    columns = set(TABLES[listing.kind].columns.keys())
    derived = {each.name for each in listing.derived}
    assert {*listing.model.model_fields, "sequence", "version"} == columns - {SEARCH} - derived


@listings
def test_every_filter_and_every_order_has_an_index(listing: Listing) -> None:
    indexed = {next(iter(index.columns)).name for index in TABLES[listing.kind].indexes}
    assert indexed >= {*listing.filters, *listing.sorts}


@listings
def test_no_order_is_by_a_field_that_may_be_empty(listing: Listing) -> None:
    columns = [TABLES[listing.kind].c[name] for name in listing.sorts]
    assert [False] * len(columns) == [column.nullable for column in columns]


def test_the_type_of_a_field_decides_the_type_of_its_column() -> None:
    columns = TABLES["video"].c
    names = ("width", "duration", "is_clip", "created_at", "content")
    assert [BigInteger, Double, Boolean, UtcTime, JSON] == [type(columns[name].type) for name in names]


def test_optional_fields_are_nullable_columns_and_no_others() -> None:
    columns = TABLES["video"].c
    assert (True, False) == (columns["width"].nullable, columns["title"].nullable)


def test_each_table_is_a_class_of_its_own() -> None:
    names = {kind: row_class.__name__ for kind, row_class in ROW_CLASSES.items()}
    assert {kind: f"{kind.capitalize()}Row" for kind in AGGREGATES} == names


def test_a_release_that_reads_other_events_wants_other_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema_digest()
    monkeypatch.delitem(base._CLASSES, "job.archived")
    assert before != schema_digest()
