"""Submitting a batch: many items at once, each after those that it depends on, each answered for by itself."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import structlog

from kinolog.common.aggregates import JOB, Job
from kinolog.common.events import Event
from kinolog.gateway.command import Command
from kinolog.gateway.desk import Done
from kinolog.gateway.domain.waves import waves
from kinolog.gateway.draft import Draft, Entry
from kinolog.gateway.outcomes import outcome, together
from kinolog.gateway.params import Gateway
from kinolog.gateway.problems import Problem, invalid, mismatched_key
from kinolog.gateway.submission import settle
from kinolog.gateway.views import Json, view

_logger: Final = structlog.get_logger(__name__)

Outcome = Done[Job] | Problem


async def submit_batch(here: Gateway, command: Command, draft: Draft) -> Json:
    """The batch with an answer for each of its items: the job, or the problem with it."""
    if command.key is not None and not await _is_begun(here, command, draft):
        await _refuse_known_otherwise(here, draft)
    return _answer(draft, await _outcomes(here, command, draft))


async def submit_pipeline(here: Gateway, command: Command, draft: Draft) -> Json:
    """As `submit_batch`, for jobs that are nothing without the first one: its problem is that of the request."""
    if command.key is not None:
        await _is_begun(here, command, draft)  # Of another one the first job would be there.
    outcomes = await _outcomes(here, command, draft)
    if isinstance(outcomes[0], Problem):
        raise outcomes[0]
    return _answer(draft, outcomes)


async def _outcomes(here: Gateway, command: Command, draft: Draft) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    for wave in waves({entry.index: entry.needs for entry in draft.entries}):
        work = [partial(_submit, here, command, draft.entries[index], outcomes) for index in wave]
        outcomes |= zip(wave, await together(work, here.most_in_flight), strict=True)
    return outcomes


async def _is_begun(here: Gateway, command: Command, draft: Draft) -> bool:
    """Whether anything of it is there. Raises the problem `idempotency-mismatch` where that is another batch's."""
    is_made = here.desk.is_made
    work = [partial(is_made, JOB, entry.job_id, command.part(entry.index)) for entry in draft.entries]
    return any(await together(work, here.most_in_flight))


async def _refuse_known_otherwise(here: Gateway, draft: Draft) -> None:
    """Of another batch under the same key there may be jobs in places that this one does not have.

    Only the catalog knows those; while it is away, the batch is let in.
    """
    try:
        known = await here.catalog.batch(draft.id, here.desk.newest_sequence)
    except Problem as problem:
        if problem.kind != "catalog-unavailable":
            raise
        _logger.warning("Let in without a look for another batch", batch_id=draft.id, reason=problem.detail)
        return
    if known.total:
        raise mismatched_key()


async def _submit(here: Gateway, command: Command, entry: Entry, outcomes: Mapping[int, Outcome]) -> Outcome:
    wish = entry.wish
    if isinstance(wish, Problem):
        return wish
    if refused := [index for index in sorted(entry.needs) if isinstance(outcomes[index], Problem)]:
        return invalid("/depends_on", f"the item {refused[0]} of the batch, which this one depends on, was refused")

    async def make() -> Event:
        event = await settle(wish, here)
        await here.quotas.refuse_full(wish)
        return event

    return await outcome(here.desk.create(JOB, command.part(entry.index), make, new_id=entry.job_id))


def _answer(draft: Draft, outcomes: Mapping[int, Outcome]) -> Json:
    data = [_item(entry, outcomes[entry.index]) for entry in draft.entries]
    return {"object": "batch", "id": draft.id, "data": data}


def _item(entry: Entry, result: Outcome) -> Json:
    known = {"index": entry.index, "name": entry.name}
    if isinstance(result, Problem):
        return {**known, "status": result.status, "problem": result.members()}
    return {**known, "status": 202, "job": view(result.loaded)}
