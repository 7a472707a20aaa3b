"""Folding a batch of the log into the aggregates that it touches, without any database."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, cast

from pydantic import ValidationError

from kinolog.catalog.domain.errors import Unstorable, UpgradeNeeded
from kinolog.catalog.domain.listing import LISTINGS
from kinolog.catalog.domain.storable import storable
from kinolog.common.aggregates import AGGREGATES, Aggregate, Loaded
from kinolog.common.aggregates.base import advance, unborn
from kinolog.common.errors import LogCorrupt
from kinolog.common.events import RecordedEvent
from kinolog.common.ids import is_id
from kinolog.common.log import Unreadable

Entry = RecordedEvent | Unreadable
Folded = Loaded[Any]


class Key(NamedTuple):
    """One aggregate: its kind and its id."""

    kind: str
    id: str


NOBODY: Final = Key("", "")

# Those that have a table.
_KINDS: Final = frozenset(listing.kind for listing in LISTINGS.values())


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry that could not be folded. Its aggregate stays as it was before, until the catalog is rebuilt."""

    sequence: int
    key: Key
    subject: str
    reason: str


@dataclass(slots=True)
class Fold:
    """What a batch comes to: the aggregates that it changed, and the entries that it had to set aside.

    `known` are those of them that had a row, as they were before.
    """

    known: Mapping[Key, Folded] = field(default_factory=dict)
    changed: dict[Key, Folded] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)


def entries_after(applied: int, entries: Iterable[Entry]) -> list[Entry]:
    """The entries that are still to be applied, each once, in order.

    Raises LogCorrupt where one is missing, UpgradeNeeded where a newer release wrote one.
    """
    fresh = {entry.sequence: entry for entry in entries if entry.sequence > applied}
    ordered = [fresh[sequence] for sequence in sorted(fresh)]
    for expected, entry in enumerate(ordered, start=applied + 1):
        if entry.sequence != expected:
            raise LogCorrupt(f"entry {expected} of the log is missing: {entry.sequence} came instead")
        if isinstance(entry, Unreadable) and entry.is_newer:
            raise UpgradeNeeded(f"entry {entry.sequence} of the log is newer than this release: {entry.reason}")
    return ordered


def keys_of(entries: Iterable[Entry]) -> set[Key]:
    """The aggregates that may have a row."""
    return {key for key in set(map(_key_of, entries)) if key.kind in _KINDS and is_id(key.id)}


def fold_entries(entries: Iterable[Entry], known: Mapping[Key, Folded], frozen: Set[Key]) -> Fold:
    """Fold entries into the aggregates as known before; nothing is folded into those that are frozen."""
    fold, stuck = Fold(known), set(frozen)
    for entry in entries:
        key = _key_of(entry)
        if reason := _fold_one(entry, key, fold.changed, known, stuck):
            stuck.add(key)
            fold.quarantined.append(Quarantined(entry.sequence, key, str(entry.subject), reason))
    return fold


def _fold_one(
    entry: Entry, key: Key, changed: dict[Key, Folded], known: Mapping[Key, Folded], stuck: Set[Key]
) -> str | None:
    """Advance the entry's aggregate, or say why that cannot be."""
    if isinstance(entry, Unreadable):
        return entry.reason
    if key in stuck:
        return "an earlier event of the same aggregate is in quarantine"
    if key.kind not in _KINDS:
        return None  # An aggregate that has no table.
    before = changed.get(key) or known.get(key)
    if before is None and not is_id(key.id):
        return "its subject holds no id of ours"
    try:
        changed[key] = _advance(before or _unborn(key), entry)
    except (Unstorable, ValidationError) as error:
        return str(error)
    return None


def _advance(before: Folded, recorded: RecordedEvent) -> Folded:
    after = advance(before, recorded)
    if after.state is None or after.state is (state := storable(after.state, before.state)):
        return after
    return Loaded(after.aggregate, after.id, state, after.sequence, after.version)


def _unborn(key: Key) -> Folded:
    return unborn(cast("Aggregate[Any]", AGGREGATES[key.kind]), key.id)


def _key_of(entry: Entry) -> Key:
    """Even a subject that is no event's names an aggregate, if it has an id in its usual place."""
    if isinstance(entry, RecordedEvent):
        return Key(entry.subject.kind, entry.subject.id)
    tokens = entry.subject.split(".")
    return Key(tokens[1], tokens[2]) if len(tokens) > 2 and is_id(tokens[2]) else NOBODY
