"""What exists according to the log: every aggregate folded by the code the services use, kept as small as may be."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from kinolog.common.aggregates import AGGREGATES, JOB, Aggregate, Job, Loaded
from kinolog.common.aggregates.base import State, advance, unborn
from kinolog.common.events import BlobRef, RecordedEvent
from kinolog.common.events.caption import CaptionCreated, CaptionEdited
from kinolog.common.log import EventLog, load

Key = tuple[str, str]

_UNENCODABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Holding:
    """An aggregate that will hardly change: what its row must be, by the hash of it."""

    sequence: int
    digest: bytes


class Holdings:
    """States of aggregates that live; of an ended job only the hash is kept, and the log asked if it is begun again."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._live: dict[Key, Loaded[Any]] = {}
        self._ended: dict[Key, Holding] = {}
        self._frozen: set[Key] = set()
        self._texts: defaultdict[Key, set[BlobRef]] = defaultdict(set)

    async def see(self, recorded: RecordedEvent) -> Loaded[Any] | None:
        """The aggregate after the event; None where its kind has no fold."""
        key = (recorded.subject.kind, recorded.subject.id)
        if recorded.subject.kind not in AGGREGATES:
            return None
        if isinstance(recorded.event, CaptionCreated | CaptionEdited):
            self._texts[key].add(recorded.event.cues)
        after = advance(await self._before(key, recorded.sequence), recorded)
        if isinstance(after.state, Job) and after.state.status.is_final:
            self._live.pop(key, None)
            self._ended[key] = Holding(after.sequence, digest_of(row_of(after.state)))
        elif after.state is None:
            self._live.pop(key, None)
        else:
            self._live[key] = after
        return after

    def freeze(self, kind: str, aggregate_id: str) -> None:
        """It stays as it was: nobody can read its next event."""
        self._frozen.add((kind, aggregate_id))

    def is_frozen(self, kind: str, aggregate_id: str) -> bool:
        return (kind, aggregate_id) in self._frozen

    def all(self) -> Iterator[tuple[Key, Holding]]:
        """Every aggregate that has a state, and what its row must be."""
        yield from self._ended.items()
        for key, loaded in self._live.items():
            yield key, Holding(loaded.sequence, digest_of(row_of(loaded.require())))

    def blobs(self) -> Iterator[tuple[str, BlobRef]]:
        """Every blob that something names which exists, deleted things and jobs under way included.

        So are the earlier texts of captions, which can be brought back.
        """
        for key, loaded in self._live.items():
            for blob in {*_blobs_in(loaded.state), *self._texts.get(key, ())}:
                yield key[1], blob

    async def _before(self, key: Key, sequence: int) -> Loaded[Any]:
        if key in self._live:
            return self._live[key]
        kind, aggregate_id = key
        if self._ended.pop(key, None) is not None:
            return await load(self._log, JOB, aggregate_id, as_of=sequence - 1)
        return unborn(cast("Aggregate[Any]", AGGREGATES[kind]), aggregate_id)


def row_of(state: State) -> dict[str, Any]:
    """What the catalog is to say of it: times in UTC, and no character that a database cannot hold."""
    row: dict[str, Any] = to_jsonable_python(_storable(state.model_dump()))
    return row


def digest_of(row: dict[str, Any]) -> bytes:
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(canonical.encode(), digest_size=16).digest()


def _storable(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC)
        case str():
            return _UNENCODABLE.sub("\ufffd", value)
        case dict():
            return {_storable(name): _storable(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_storable(inner) for inner in value]
        case _:
            return value


_BLOB_FIELDS: Final = frozenset(BlobRef.model_fields)


def _blobs_in(value: Any) -> Iterator[BlobRef]:
    """A state names blobs as such; the input of a job names them as JSON."""
    match value:
        case BlobRef():
            yield value
        case dict() if value.keys() >= _BLOB_FIELDS:
            yield BlobRef.model_validate(value)
        case _:
            for part in _parts_of(value):
                yield from _blobs_in(part)


def _parts_of(value: Any) -> Iterable[Any]:
    match value:
        case BaseModel():
            return dict(value).values()
        case dict():
            return value.values()
        case list() | tuple():
            return value
        case _:
            return ()
