"""A row gives back the state that it was made of, on every database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.domain.folding import Fold, Folded, Key
from kinolog.catalog.domain.listing import LISTINGS, Listing
from kinolog.catalog.domain.storable import storable
from kinolog.common.aggregates import AGGREGATES, Loaded
from kinolog.common.aggregates.base import State
from kinolog.common.events import BlobRef
from kinolog.common.fields import INT64_MAX
from kinolog.common.ids import new_id
from kinolog.common.log import Checkpoint

START: Final = Checkpoint(sequence=0, event_id="", stream_created="str_1")

numbers = st.floats(allow_nan=False, allow_infinity=False)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | numbers | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=8,
)
times = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
blobs = st.builds(
    BlobRef,
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    size_bytes=st.integers(0),
    media_type=st.text(),
)

BY_TYPE: Final[Mapping[Any, st.SearchStrategy[Any]]] = {
    str: st.text(),
    bool: st.booleans(),
    int: st.integers(-INT64_MAX, INT64_MAX),
    float: numbers,
    datetime: times,
    BlobRef: blobs,
    dict[str, Any]: st.dictionaries(st.text(), documents, max_size=4),
    type(None): st.none(),
}


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    if get_origin(annotation) in (Union, UnionType):
        return st.one_of(*(values_of(member) for member in get_args(annotation)))
    if get_origin(annotation) is Annotated:
        return numbers.filter(lambda number: number > 0)
    if get_origin(annotation) is tuple:
        return st.lists(values_of(get_args(annotation)[0]), max_size=4).map(tuple)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in BY_TYPE:
        return st.fixed_dictionaries(fields_of(annotation)).map(annotation.model_validate)
    return BY_TYPE[annotation]


def fields_of(model: type[BaseModel]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: values_of(field.annotation) for name, field in model.model_fields.items() if name != "id"}


def states_of(model: type[State]) -> st.SearchStrategy[State]:
    return st.fixed_dictionaries(fields_of(model)).map(lambda values: model(id=new_id("tst"), **values))


@pytest.fixture
async def store(catalog_database: Database) -> SqlStore:
    """With tables for all examples of a test: each has ids of its own."""
    store = SqlStore(catalog_database)
    await store.create(START)
    return store


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=lambda listing: listing.name)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_row_gives_back_the_state_it_was_made_of(
    listing: Listing, data: st.DataObject, store: SqlStore
) -> None:
    states = data.draw(st.lists(states_of(listing.model), max_size=5))
    folded = by_key([folded_of(listing, state) for state in states])

    async with store.transaction() as transaction:
        await transaction.write(Fold(changed=folded), START)
        assert folded == await transaction.known(folded)


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=lambda listing: listing.name)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_row_that_changed_in_any_fields_gives_back_the_new_state(
    listing: Listing, data: st.DataObject, store: SqlStore
) -> None:
    before = [folded_of(listing, state) for state in data.draw(st.lists(states_of(listing.model), min_size=1))]
    after = [folded_of(listing, data.draw(changed(listing, folded.require()))) for folded in before]

    async with store.transaction() as transaction:
        await transaction.write(Fold(changed=by_key(before)), START)
        await transaction.write(Fold(known=by_key(before), changed=by_key(after)), START)
        assert by_key(after) == await transaction.known(by_key(after))


def changed(listing: Listing, state: State) -> st.SearchStrategy[State]:
    """The same state with other values in some of its fields, which its events may or may not change."""
    others = st.fixed_dictionaries({}, optional=fields_of(listing.model))
    return others.map(lambda values: storable(state.model_copy(update=values), state))


def folded_of(listing: Listing, state: State) -> Folded:
    return Loaded(AGGREGATES[listing.kind], state.id, storable(state), INT64_MAX, 7)


def by_key(those: list[Folded]) -> dict[Key, Folded]:
    return {Key(folded.aggregate.kind, folded.id): folded for folded in those}
