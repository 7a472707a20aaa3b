"""The questions as endpoints of the NATS micro API, where a refusal is a service error with a Problem in its body."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog
from nats.errors import Error as NatsError
from nats.micro.request import Request
from nats.micro.service import Service

from kinolog.catalog.domain.errors import Stale, StoreUnavailable
from kinolog.common.errors import Refused
from kinolog.common.queries import Answer, Problem, ProblemCode
from kinolog.common.subjects import catalog_query

Question = Callable[[bytes], Awaitable[Answer]]

_logger: Final = structlog.get_logger(__name__)


@asynccontextmanager
async def answering(service: Service, questions: Mapping[str, Question], *, most_at_once: int) -> AsyncIterator[None]:
    """Answer the questions while the context lasts."""
    desk = _Desk(most_at_once)
    for name, question in questions.items():
        await service.add_endpoint(name=name, subject=catalog_query(name), handler=desk.handler(name, question))
    try:
        yield
    finally:
        await desk.close()


class _Desk:
    """Runs each question as a task of its own, since nats-py calls the handler of an endpoint one by one."""

    def __init__(self, most_at_once: int) -> None:
        self._most_at_once = most_at_once
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def handler(self, name: str, question: Question) -> Callable[[Request], Awaitable[None]]:
        async def take(request: Request) -> None:
            if self._is_closed:
                await _refuse(request, "unavailable", "the catalog is stopping: ask again")
            elif len(self._tasks) >= self._most_at_once:
                await _refuse(request, "busy", f"{self._most_at_once} questions are being answered: ask again")
            else:
                task = asyncio.create_task(_answer(request, question), name=f"catalog question {name}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

        return take

    async def close(self) -> None:
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _answer(request: Request, question: Question) -> None:
    try:
        await request.respond((await question(request.data)).model_dump_json().encode())
    except Refused as error:
        await _refuse(request, _code_of(error), error.message, error.field)
    except Stale as error:
        await _refuse(request, "stale", str(error), "min_seq")
    except StoreUnavailable as error:
        _logger.warning("Cannot answer at present", subject=request.subject, error=str(error))
        await _refuse(request, "unavailable", "the catalog's database cannot be used at present: ask again")
    except Exception:
        _logger.exception("Could not answer", subject=request.subject)
        await _refuse(request, "internal", "the catalog failed; its log tells why")


def _code_of(refused: Refused) -> ProblemCode:
    match refused.code:
        case "bad-cursor" | "not-found" as code:
            return code
    return "validation"


_NUMBERS: Final[Mapping[ProblemCode, str]] = {
    "validation": "400",
    "bad-cursor": "400",
    "not-found": "404",
    "stale": "503",
    "unavailable": "503",
    "busy": "503",
    "internal": "500",
}


async def _refuse(request: Request, code: ProblemCode, message: str, field: str | None = None) -> None:
    """The description in the header is the code alone: a message may quote what must not stand in a header."""
    problem = Problem(code=code, message=message, field=field)
    try:
        await request.respond_error(_NUMBERS[code], code, problem.model_dump_json().encode())
    except (NatsError, ValueError) as error:
        _logger.warning("Could not send a refusal", subject=request.subject, code=code, error=repr(error))
