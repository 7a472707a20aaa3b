"""The questions as endpoints of the NATS micro API, where a refusal is a service error with a Problem in its body."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final

import structlog
from nats.micro.request import Request
from nats.micro.service import Service

from kinolog.catalog.domain.errors import Stale, StoreUnavailable
from kinolog.common import answering as common
from kinolog.common.answering import Unanswered
from kinolog.common.errors import Refused
from kinolog.common.queries import Answer, ProblemCode
from kinolog.common.subjects import catalog_query

Question = Callable[[bytes], Awaitable[Answer]]

_logger: Final = structlog.get_logger(__name__)


def answering(
    service: Service, questions: Mapping[str, Question], *, most_at_once: int
) -> AbstractAsyncContextManager[None]:
    """Answer the questions while the context lasts."""
    by_subject = {catalog_query(name): _responding(question) for name, question in questions.items()}
    return common.answering(service, by_subject, who="catalog", most_at_once=most_at_once)


def _responding(question: Question) -> common.Question:
    async def respond(request: Request) -> None:
        try:
            answer = await question(request.data)
        except Refused as error:
            raise Unanswered(_code_of(error), error.message, error.field) from error
        except Stale as error:
            raise Unanswered("stale", str(error), "min_seq") from error
        except StoreUnavailable as error:
            _logger.warning("Cannot answer at present", subject=request.subject, error=str(error))
            message = "the catalog's database cannot be used at present: ask again"
            raise Unanswered("unavailable", message) from error
        await request.respond(answer.model_dump_json().encode())

    return respond


def _code_of(refused: Refused) -> ProblemCode:
    match refused.code:
        case "bad-cursor" | "not-found" as code:
            return code
    return "validation"
