"""The catalog, asked over the NATS micro API."""

from typing import Final, TypeVar

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from pydantic import ValidationError

from kinolog.common import queries
from kinolog.common.queries import (
    Answer,
    BatchQuery,
    BatchState,
    Hits,
    ListName,
    ListQuery,
    Page,
    Position,
    Query,
    Queues,
    SpeechQuery,
    Stats,
    Usage,
    UsageQuery,
    Why,
    WhyQuery,
)
from kinolog.common.subjects import catalog_query
from kinolog.gateway.problems import FieldError, Problem

ERROR_CODE_HEADER: Final = "Nats-Service-Error-Code"

A = TypeVar("A", bound=Answer)


class NatsCatalog:
    def __init__(self, client: Client, timeout_seconds: float) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds

    async def page(self, name: ListName, query: ListQuery) -> Page:
        return await self._ask(name, query, Page)

    async def stats(self, min_seq: int) -> Stats:
        return await self._ask("stats", Query(min_seq=min_seq), Stats)

    async def batch(self, batch_id: str, min_seq: int) -> BatchState:
        return await self._ask("batch", BatchQuery(id=batch_id, min_seq=min_seq), BatchState)

    async def usage(self, project_id: str | None, min_seq: int) -> Usage:
        return await self._ask("usage", UsageQuery(project_id=project_id, min_seq=min_seq), Usage)

    async def queues(self, min_seq: int) -> Queues:
        return await self._ask("queues", Query(min_seq=min_seq), Queues)

    async def why(self, job_id: str, min_seq: int) -> Why:
        return await self._ask("why", WhyQuery(job_id=job_id, min_seq=min_seq), Why)

    async def speech(self, query: SpeechQuery) -> Hits:
        return await self._ask("speech", query, Hits)

    async def position(self) -> int:
        """How far the catalog has come: also the cheapest way to learn that it is there."""
        return (await self._ask("position", Query(), Position)).seq

    async def _ask(self, name: str, query: Query, answer: type[A]) -> A:
        try:
            reply = await self._client.request(
                catalog_query(name), query.model_dump_json().encode(), timeout=self._timeout_seconds
            )
        except NatsTimeoutError as error:
            raise _unavailable("it did not answer in time") from error
        except NatsError as error:
            raise _unavailable("it is not running") from error
        if reply.headers and ERROR_CODE_HEADER in reply.headers:
            raise _problem_of(reply.data)
        return answer.model_validate_json(reply.data)


def _unavailable(reason: str) -> Problem:
    told = reason.removesuffix(": ask again")  # Some of the catalog's own reasons say so.
    return Problem("catalog-unavailable", f"the catalog answers lists, and {told}: try again soon")


def _problem_of(body: bytes) -> Problem:
    try:
        problem = queries.Problem.model_validate_json(body)
    except ValidationError:
        return _unavailable("it failed")
    errors = [FieldError(f"?{problem.field}", problem.message)] if problem.field else []
    match problem.code:
        case "validation":
            return Problem("validation", problem.message, errors=errors)
        case "not-found":
            return Problem("not-found", problem.message)
        case "bad-cursor":
            return Problem("validation", problem.message, status=400, errors=errors)
    return _unavailable(problem.message)
