"""What an audit found: per check how much it looked at, and each violation."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

# A broken installation breaks a rule thousands of times; this many of each are told, the rest is counted.
MOST_TOLD: Final = 50


class Check(StrEnum):
    """A promise, in the words it is shown in."""

    LOG = "the log begins at 1 and has no gap"
    READABLE = "this release can read every event"
    VERSIONS = "the events of each aggregate are numbered 1, 2, 3 …"
    IDS = "no event is there twice"
    COURSE = "jobs follow the rules of their course, and only a retry follows an end"
    ENDED = "every job has come to its end"
    FENCING = "only the worker that holds an attempt writes what came of it"
    ATTEMPTS = "no job is tried more often than it may be, or before its time"
    EFFECTS = "what a job makes appears with its completion, once, and otherwise not at all"
    OUTPUTS = "what a completed job names exists"
    BLOBS = "every blob that something names is stored, whole"
    ROWS = "the catalog's rows say what the log says"
    TIMES = "an attempt ends after it began, and its phases fit into it"
    HISTORY = "what clients were promised is in the log once, and nothing else of theirs"
    FOLLOWED = "who follows the log is shown every event, once, in order"
    FRESH = "nobody is shown anything older than what they were told before"


# They need a history of what clients asked and were told.
OF_HISTORIES: Final = frozenset({Check.HISTORY, Check.FOLLOWED, Check.FRESH})


@dataclass(frozen=True, slots=True)
class Violation:
    check: Check
    text: str


@dataclass(slots=True)
class Report:
    """`looked_at` counts what each check examined; a check that is missing there was not made, see `skipped`."""

    looked_at: Counter[Check] = field(default_factory=Counter)
    violated: Counter[Check] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    skipped: dict[Check, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.violated

    def look(self, check: Check, count: int = 1) -> None:
        self.looked_at[check] += count

    def violate(self, check: Check, text: str) -> None:
        self.violated[check] += 1
        if self.violated[check] <= MOST_TOLD:
            self.violations.append(Violation(check, text))

    def skip(self, check: Check, reason: str) -> None:
        self.skipped[check] = reason

    def note(self, text: str) -> None:
        if len(self.notes) < MOST_TOLD:
            self.notes.append(text)
