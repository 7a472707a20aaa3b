"""Which jobs the indexes of unfinished work hold. A query with the very same words is answered from such an index."""

from typing import Final

from sqlalchemy import Index, text

RUNNABLE: Final = text("status = 'pending' AND NOT is_waiting")
WAITING: Final = text("is_waiting")
WITH_DEADLINE: Final = text("status = 'pending' AND deadline IS NOT NULL")
OPEN_IN_BATCH: Final = text("batch_id IS NOT NULL AND status IN ('pending', 'running')")


def indexes_of_work() -> tuple[Index, ...]:
    """They hold only jobs that have not ended, so they stay small and cost a finished job nothing."""
    place = ("queue", "project_id", "priority", "queued_sequence", "queued_at", "not_before")
    return (
        Index("ix_jobs_runnable", *place, sqlite_where=RUNNABLE, postgresql_where=RUNNABLE),
        Index("ix_jobs_waiting", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_jobs_deadline", "deadline", sqlite_where=WITH_DEADLINE, postgresql_where=WITH_DEADLINE),
        Index("ix_jobs_open_in_batch", "batch_id", sqlite_where=OPEN_IN_BATCH, postgresql_where=OPEN_IN_BATCH),
    )
