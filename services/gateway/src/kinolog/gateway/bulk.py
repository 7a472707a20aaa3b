"""One change to all jobs that match a filter, done here: page by page through the catalog, many jobs at once.

It is not one transaction: each job is decided upon by itself, what refuses is told, and where time ran out, repeating
the request goes on.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, Final

from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.queries import LONGEST_PAGE, ListQuery, Page
from kinolog.gateway.command import Command
from kinolog.gateway.desk import Done
from kinolog.gateway.domain.change import Change
from kinolog.gateway.domain.waves import waves
from kinolog.gateway.key_use import bind_key
from kinolog.gateway.outcomes import outcome, together
from kinolog.gateway.params import Gateway
from kinolog.gateway.problems import Problem

MOST_SKIPPED_SHOWN: Final = 100


@dataclass(slots=True)
class Tally:
    """What became of the jobs so far. `is_complete` ends up false where something must be done again."""

    matched: int = 0
    changed: int = 0
    skipped: list[dict[str, str]] = field(default_factory=list)
    is_complete: bool = True

    def count(self, job_id: str, outcome: Done[Job] | Problem) -> None:
        self.matched += 1
        if isinstance(outcome, Done):
            self.changed += outcome.is_changed or outcome.is_replay
            return
        self.is_complete &= outcome.status < HTTPStatus.INTERNAL_SERVER_ERROR or outcome.kind == "event-unreadable"
        if len(self.skipped) < MOST_SKIPPED_SHOWN:
            self.skipped.append({"id": job_id, "reason": outcome.detail})


async def change_all(here: Gateway, change: Change, filters: Mapping[str, str], command: Command) -> dict[str, Any]:
    """Change what matches until all of it is done or the time for it is over.

    Raises the problem `idempotency-mismatch` where the key was used for other jobs, or another change.
    """
    await bind_key(here.desk, command, change.verb, filters)
    tally, seen, clock = Tally(), set[str](), asyncio.get_running_loop().time
    deadline = clock() + here.bulk_seconds
    async with aclosing(_pages(here, change, filters)) as pages:
        async for page in pages:
            if clock() > deadline:
                tally.is_complete = False
                break
            rows = [row for row in page.data if row["id"] not in seen]
            seen.update(row["id"] for row in rows)
            await _change_rows(here, change, rows, command, tally)
    return {"object": "bulk_change", **asdict(tally)}


async def _change_rows(
    here: Gateway, change: Change, rows: Sequence[Mapping[str, Any]], command: Command, tally: Tally
) -> None:
    """A job comes after those it depends on: tried again before them, it would be given up on at once."""

    def work(job_id: str) -> Callable[[], Awaitable[Done[Job] | Problem]]:
        return lambda: outcome(here.desk.change(JOB, job_id, command, change.verb, change.decide))

    for wave in waves({row["id"]: row["depends_on"] for row in rows}):
        results = await together(map(work, wave), here.most_in_flight)
        for job_id, result in zip(wave, results, strict=True):
            tally.count(job_id, result)


async def _pages(here: Gateway, change: Change, filters: Mapping[str, str]) -> AsyncGenerator[Page]:
    """What matches, the oldest first. What a page's jobs become does not move the cursor to the next one."""
    looks = [[JobStatus(filters["status"])]] if "status" in filters else _looks(change)
    for statuses in looks:
        cursor, newest = None, here.desk.newest_sequence
        while True:
            wanted: dict[str, Any] = {**filters, "status": statuses}
            query = ListQuery(filters=wanted, limit=LONGEST_PAGE, cursor=cursor, sort="created_at", min_seq=newest)
            page = await here.catalog.page("jobs", query)
            yield page
            if not page.has_more:
                break
            cursor = page.next_cursor


def _looks(change: Change) -> list[list[JobStatus]]:
    """One status after the other is soon found among many jobs; a job that went from the last to the first meanwhile,
    as one does whose attempt fails, is found by the look at all of them at once.
    """
    return [*([status] for status in change.statuses), list(change.statuses)]
