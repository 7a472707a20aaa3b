"""The revisions of a caption's text: what was undone and can be done again, as any editor has it.

Nothing of that is stored. Taking an edit back is an edit that names the version whose text it brings back, so the way
through the revisions follows from the events.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kinolog.common.errors import Refused
from kinolog.common.events import BlobRef, RecordedEvent
from kinolog.common.events.caption import CaptionCreated, CaptionEdited

MOVES: Final = frozenset({"undo", "redo"})
"""The operations that go along the line of edits; all others, a revert too, add to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The text as of a version of the caption."""

    version: int
    cues: BlobRef
    cue_count: int
    at: datetime
    actor: str
    operations: tuple[str, ...] = ()
    reverted_to: int | None = None


@dataclass(frozen=True, slots=True)
class Revisions:
    """All of them in order; and those that undo and redo go along, with the place of the one that is shown."""

    all: tuple[Revision, ...]
    line: tuple[Revision, ...]
    place: int

    @property
    def current(self) -> Revision:
        return self.line[self.place]

    def of(self, version: int) -> Revision:
        """The text as it was at a version. Raises Refused."""
        found = [each for each in self.all if each.version <= version]
        if not found:
            raise Refused("validation", f"the caption has text from version {self.all[0].version} on", field="version")
        return found[-1]

    def before(self) -> Revision:
        """What an undo brings back. Raises Refused."""
        if self.place == 0:
            raise Refused("conflict", "nothing is left to undo: this is the text that the caption began with")
        return self.line[self.place - 1]

    def after(self) -> Revision:
        """What a redo brings back. Raises Refused."""
        if self.place + 1 == len(self.line):
            raise Refused("conflict", "nothing was undone that could be done again")
        return self.line[self.place + 1]


def revisions_of(history: Sequence[RecordedEvent]) -> Revisions:
    """Of a caption's events in order, of which there is one at least."""
    everything = tuple(_revisions(history))
    line, place = everything[:1], 0
    for revision in everything[1:]:
        if MOVES.intersection(revision.operations):
            place = next(number for number, each in enumerate(line) if each.version == revision.reverted_to)
        else:
            line = (*line[: place + 1], revision)
            place += 1
    return Revisions(everything, line, place)


def _revisions(history: Iterable[RecordedEvent]) -> Iterable[Revision]:
    for recorded in history:
        event = recorded.event
        if isinstance(event, CaptionCreated | CaptionEdited):
            yield Revision(
                version=recorded.subject.version,
                cues=event.cues,
                cue_count=event.cue_count,
                at=recorded.occurred_at,
                actor=recorded.metadata.actor,
                operations=getattr(event, "operations", ()),
                reverted_to=getattr(event, "reverted_to", None),
            )
