"""Answering the questions of other services over the NATS micro API: many at once, and never more than is bearable.

A refusal is a service error: its header carries an HTTP-like number, its body a `kinolog.common.queries.Problem`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog
from nats.errors import Error as NatsError
from nats.micro.request import Request
from nats.micro.service import Service

from kinolog.common.errors import KinologError
from kinolog.common.queries import Problem, ProblemCode

Question = Callable[[Request], Awaitable[None]]
"""Responds to a request, or raises Unanswered."""


class Unanswered(KinologError):
    """A question gets no answer; `field` is the field of it that is at fault, if one is."""

    def __init__(self, code: ProblemCode, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


_NUMBERS: Final[Mapping[ProblemCode, str]] = {
    "validation": "400",
    "bad-cursor": "400",
    "not-found": "404",
    "stale": "503",
    "unavailable": "503",
    "busy": "503",
    "internal": "500",
}

_logger: Final = structlog.get_logger(__name__)


@asynccontextmanager
async def answering(
    service: Service, questions: Mapping[str, Question], *, who: str, most_at_once: int
) -> AsyncIterator[None]:
    """Answer the questions, by their subjects, while the context lasts. `who` is what refusals call the service."""
    desk = _Desk(who, most_at_once)
    for subject, question in questions.items():
        name = subject.rpartition(".")[2]
        await service.add_endpoint(name=name, subject=subject, handler=desk.handler(name, question))
    try:
        yield
    finally:
        await desk.close()


class _Desk:
    """Runs each question as a task of its own, since nats-py calls the handler of an endpoint one by one."""

    def __init__(self, who: str, most_at_once: int) -> None:
        self._who = who
        self._most_at_once = most_at_once
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def handler(self, name: str, question: Question) -> Question:
        async def take(request: Request) -> None:
            if self._is_closed:
                await _refuse(request, self._stopping())
            elif len(self._tasks) >= self._most_at_once:
                message = f"{self._most_at_once} questions are being answered: ask again"
                await _refuse(request, Unanswered("busy", message))
            else:
                task = asyncio.create_task(self._answer(request, question), name=f"{self._who} question {name}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

        return take

    async def close(self) -> None:
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, request: Request, question: Question) -> None:
        try:
            await question(request)
        except Unanswered as error:
            await _refuse(request, error)
        except asyncio.CancelledError:
            await _refuse(request, self._stopping())
            raise
        except Exception:
            _logger.exception("Could not answer", subject=request.subject)
            await _refuse(request, Unanswered("internal", f"the {self._who} failed; its log tells why"))

    def _stopping(self) -> Unanswered:
        return Unanswered("unavailable", f"the {self._who} is stopping: ask again")


async def _refuse(request: Request, error: Unanswered) -> None:
    """The description in the header is the code alone: a message may quote what must not stand in a header."""
    problem = Problem(code=error.code, message=error.message, field=error.field)
    try:
        await request.respond_error(_NUMBERS[problem.code], problem.code, problem.model_dump_json().encode())
    except (NatsError, ValueError) as failure:
        _logger.warning("Could not send a refusal", subject=request.subject, code=error.code, error=repr(failure))
