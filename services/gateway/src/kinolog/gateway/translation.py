"""Errors of ours and of the libraries, as problems."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from obstore.exceptions import BaseError as StorageError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from kinolog.common.errors import (
    BlobMissing,
    Conflict,
    EventUnreadable,
    KinologError,
    LogFull,
    LogUnavailable,
    NewerEvent,
    OutcomeUnknown,
    Refused,
    StorageFailed,
)
from kinolog.gateway.field_names import body_model, unknown_field
from kinolog.gateway.problems import FieldError, Problem, shorten

_logger: Final = structlog.get_logger(__name__)

_KIND_OF_STATUS: Final = {
    400: "malformed-body",
    404: "not-found",
    405: "method-not-allowed",
    413: "payload-too-large",
    415: "unsupported-media-type",
}
_KIND_OF_REFUSAL: Final = {
    "not-found": "not-found",
    "validation": "validation",
    "event-too-large": "payload-too-large",
}
_MOST_ERRORS: Final = 20


def install(app: FastAPI) -> None:
    """Let every exception that a handler may raise end as a problem."""
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    for kind in (KinologError, StorageError):
        app.add_exception_handler(kind, _on_known_error)


def problem_of(error: Exception) -> Problem:
    """The problem that an error of ours, or of the storage, stands for."""
    match error:
        case Problem():
            return error
        case Refused():
            return _refusal(error)
        case LogFull() | LogUnavailable() | OutcomeUnknown():
            return _speechless(error)
        case Conflict():
            return Problem("conflict", "others keep changing this: read it again, then repeat the request")
        case EventUnreadable():
            return _unreadable(error)
        case BlobMissing():
            return Problem("not-found", "the stored bytes are gone or damaged")
        case StorageFailed() | StorageError():
            _logger.error("The storage failed", error=repr(error))
            return Problem("storage-unavailable", "the bytes could not be stored or read")
    _logger.error("A request failed for no reason of the caller's", exc_info=error)
    return Problem("internal", "the error was logged under the request's id")


@contextmanager
def problems_under(root: str) -> Iterator[None]:
    """Let what is refused inside point below `root`, a JSON pointer into the request."""
    try:
        yield
    except (Refused, Problem) as error:
        raise problem_of(error).under(root) from error


def problem_of_validation(
    errors: Iterable[Mapping[str, Any]], *, root: str = "", model: type[BaseModel] | None = None
) -> Problem:
    """pydantic's findings as ours; `root` is the JSON pointer of what was validated, `model` what it was to be."""
    found: dict[str, FieldError] = {}
    for error in errors:
        pointer = root + _pointer(error["loc"])
        found.setdefault(pointer, FieldError(pointer, shorten(_words(error, model))))
    first, *_ = found.values()
    detail = f"{first.pointer.lstrip('/?')}: {first.detail}"
    return Problem("validation", detail, errors=list(found.values())[:_MOST_ERRORS])


def _speechless(error: LogFull | LogUnavailable | OutcomeUnknown) -> Problem:
    if isinstance(error, LogFull):
        return Problem("log-full", "nothing was written: make room on the disk of nats-server, or raise its limit")
    detail = "repeat the request, with the same Idempotency-Key if it changes something; if that goes on, see"
    return Problem("log-unavailable", f"the log did not answer in time: {detail} if its disk is full")


def _unreadable(error: EventUnreadable) -> Problem:
    _logger.error("A request needs an event that cannot be read", error=str(error))
    event = f"{error.event_type} version {error.version}"
    if isinstance(error, NewerEvent):
        return Problem("event-unreadable", f"a newer release wrote {event}: the operator has to upgrade this one")
    return Problem("event-unreadable", f"its event {event} is damaged and in quarantine: the operator has to look")


def _refusal(error: Refused) -> Problem:
    kind = _KIND_OF_REFUSAL.get(error.code, "conflict")
    pointer = f"/{error.field.replace('.', '/')}" if error.field else None
    return Problem(kind, error.message, errors=[FieldError(pointer, shorten(error.message))] if pointer else ())


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return error.response(request)
    assert isinstance(error, HTTPException)  # noqa: S101  # it is registered for nothing else
    kind = _KIND_OF_STATUS.get(error.status_code, "internal")
    headers = {"Allow": ", ".join(_allowed_methods(request))} if kind == "method-not-allowed" else error.headers
    return Problem(kind, _detail_of(kind, request), headers=headers).response(request)


def _allowed_methods(request: Request) -> list[str]:
    """FastAPI would name those of the first route at this address only."""
    routes: list[BaseRoute] = request.app.routes
    return [
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _detail_of(kind: str, request: Request) -> str:
    match kind:
        case "not-found":
            return "nothing is at this address: /openapi.json lists what there is"
        case "method-not-allowed":
            return f"{shorten(request.method, 20)} is not possible here: the header Allow lists what is"
        case "malformed-body":
            return "the body must be JSON in UTF-8"
    return "the request cannot be answered"


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # it is registered for nothing else
    return _problem_of_request(request, list(error.errors())).response(request)


def _problem_of_request(request: Request, errors: list[Mapping[str, Any]]) -> Problem:
    first = errors[0]
    if first["type"] == "json_invalid":
        return Problem("malformed-body", f"the body is not JSON: {first['ctx']['error']} at {first['loc'][-1]}")
    if tuple(first["loc"]) == ("body",):
        if first["type"] == "missing":
            return Problem("malformed-body", "the body is empty: send a JSON object")
        if not is_json(request):
            return Problem("unsupported-media-type", "send the body as Content-Type: application/json")
    return problem_of_validation(errors, model=body_model(request))


def is_json(connection: HTTPConnection) -> bool:
    media_type = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


async def _on_known_error(request: Request, error: Exception) -> Response:
    return problem_of(error).response(request)


def _pointer(location: tuple[Any, ...]) -> str:
    place, *path = location or ("body",)
    names = [shorten(str(name), 60) for name in path]
    match place:
        case "query":
            return "?" + "/".join(names)
        case "header":
            return f"{names[0]}:" if names else "header:"
        case "body" | "path":
            return "".join(f"/{name}" for name in names)
    return "".join(f"/{name}" for name in (shorten(str(place), 60), *names))


def _words(error: Mapping[str, Any], model: type[BaseModel] | None) -> str:
    if error["type"] == "extra_forbidden":
        *place, name = error["loc"]
        return unknown_field(str(name), model if place in ([], ["body"]) else None)
    if error["type"] == "missing":
        return "this field is needed"
    return str(error["msg"]).removeprefix("Value error, ")
