"""The unfinished work, by kind: which jobs belong to it, and the index that holds only those.

They are few beside the finished ones, so these indexes stay small, and cost a job that has ended nothing.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Index, Select, text


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the jobs: a condition, in the very words of its partial index, since engines compare the two."""

    name: str
    condition: str
    columns: tuple[str, ...]

    def index(self) -> Index:
        where = text(self.condition)
        return Index(self.name, *self.columns, sqlite_where=where, postgresql_where=where)

    def of(self, statement: Select[Any]) -> Select[Any]:
        """Only these."""
        return statement.where(text(self.condition))


# No other index understands this. SQLite, which knows not how many jobs there are of a status, might take any that did.
_STATUS: Final = "coalesce(status, '')"

RUNNABLE: Final = Part(
    "ix_jobs_runnable",
    f"{_STATUS} = 'pending' AND NOT is_waiting",
    ("queue", "project_id", "priority", "queued_sequence", "queued_at", "not_before"),
)
WAITING: Final = Part("ix_jobs_waiting", "is_waiting", ("id",))
WITH_DEADLINE: Final = Part("ix_jobs_deadline", f"{_STATUS} = 'pending' AND deadline IS NOT NULL", ("deadline",))
OPEN_IN_BATCH: Final = Part(
    "ix_jobs_open_in_batch", f"batch_id IS NOT NULL AND {_STATUS} IN ('pending', 'running')", ("batch_id",)
)
OPEN_UPLOAD: Final = Part(
    "ix_jobs_open_upload", f"coalesce(type, '') = 'upload' AND {_STATUS} IN ('pending', 'running')", ("project_id",)
)


def indexes_of_work() -> tuple[Index, ...]:
    return tuple(part.index() for part in (RUNNABLE, WAITING, WITH_DEADLINE, OPEN_IN_BATCH, OPEN_UPLOAD))
