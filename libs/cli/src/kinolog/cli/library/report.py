"""What came of an import of an old library: for people as tables, for programs as JSON."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.table import Column, Table

from kinolog.cli.errors import BadSetting
from kinolog.cli.library.record import Notes, Problem
from kinolog.cli.library.tally import Verdict
from kinolog.cli.tables import plain

_MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Item:
    """A project or video of the list, what it is called here, and what became of it."""

    place: str
    old_id: str
    id: str
    verdict: Verdict
    detail: str = ""


@dataclass(slots=True)
class LibraryReport:
    """`faults` are where the log does not hold what it should, `differences` where the list was wrong about a file."""

    source: Path
    notes: Notes
    backup: Path | None = None
    projects: list[Item] = field(default_factory=list)
    videos: list[Item] = field(default_factory=list)
    verified: int = 0
    faults: list[Problem] = field(default_factory=list)
    differences: list[Problem] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        is_whole = not self.notes.lost_count and not self.faults
        return is_whole and not any(map(_is_wrong, (*self.projects, *self.videos)))

    def write(self, path: Path) -> None:
        """Raises BadSetting."""
        try:
            path.write_text(json.dumps(self.as_json(), indent=2) + "\n")
        except OSError as error:
            raise BadSetting(f"--report {path}: cannot be written: {error.strerror}") from error

    def as_json(self) -> dict[str, Any]:
        return {
            "source": str(self.source),
            "backup": None if self.backup is None else str(self.backup),
            "is_complete": self.is_complete,
            "counts": {"projects": _counts(self.projects), "videos": _counts(self.videos)},
            "left_out": self.notes.lost_count,
            "verified": self.verified,
            "faults": [asdict(fault) for fault in self.faults],
            "differences": [asdict(difference) for difference in self.differences],
            "problems": [asdict(problem) for problem in self.notes.problems],
            "unread_fields": dict(self.notes.unread),
            "times_without_a_zone": self.notes.guessed_zones,
            "projects": [asdict(item) for item in self.projects],
            "videos": [asdict(item) for item in self.videos],
        }

    def tables(self) -> Iterable[Table]:
        counts = Table(*(Column(word, justify="right") for word in ("", "projects", "videos")))
        of_projects, of_videos = _counts(self.projects), _counts(self.videos)
        for verdict in Verdict:
            if verdict in of_projects or verdict in of_videos:
                cells = (str(of.get(verdict, 0)) for of in (of_projects, of_videos))
                counts.add_row(plain(verdict.value), *map(plain, cells))
        counts.add_row("verified", "", str(self.verified))
        counts.add_row("left out of either", "", str(self.notes.lost_count))
        yield counts
        planned = [Problem(item.place, item.detail) for item in self.videos if item.verdict is Verdict.PLANNED]
        yield from _table("would be imported", planned)
        wrong = [Problem(item.place, item.detail) for item in self.videos + self.projects if _is_wrong(item)]
        yield from _table("not taken in", wrong)
        yield from _table("not as it should be in the log", self.faults)
        yield from _table("told otherwise by the list", self.differences)
        yield from _table("noticed in the list", [*self.notes.problems, *self._remarks()])

    def _remarks(self) -> Iterable[Problem]:
        for place, count in self.notes.unread.items():
            yield Problem(place, f"has no counterpart here, and is left out ({count})")
        if self.notes.guessed_zones:
            yield Problem("times", f"{self.notes.guessed_zones} name no zone and are taken as UTC")


def _counts(items: Iterable[Item]) -> dict[str, int]:
    return dict(Counter(item.verdict.value for item in items))


def _is_wrong(item: Item) -> bool:
    return item.verdict in (Verdict.FAILED, Verdict.REFUSED)


def _table(title: str, problems: list[Problem]) -> Iterable[Table]:
    if not problems:
        return
    table = Table(Column(title, overflow="fold"), Column("", overflow="fold"))
    for problem in problems[:_MOST_SHOWN]:
        table.add_row(plain(problem.place), plain(problem.text))
    if len(problems) > _MOST_SHOWN:
        table.add_row("…", f"and {len(problems) - _MOST_SHOWN} more, all of them in the file of --report")
    yield table
