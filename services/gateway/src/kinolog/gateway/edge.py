"""The outermost layer of the gateway: names every request, bounds what it may cost, and lets no error out raw."""

import asyncio
import re
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinolog.common.ids import IdSource, new_id
from kinolog.gateway.problems import Problem
from kinolog.gateway.translation import problem_of

UPLOAD_PATH: Final = "/v1/videos/upload"
RESUMABLE_PATH: Final = "/v1/uploads"
PICTURES_PATH: Final = "/v1/pictures"
CAPTIONS_PATH: Final = "/v1/captions"
FONTS_PATH: Final = "/v1/fonts"
FORM_BYTES: Final = 64 * 1024
"""What a form has around the one file in it, at most."""

_logger: Final = structlog.get_logger(__name__)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    body_bytes: int
    upload_bytes: int
    patch_bytes: int
    picture_bytes: int
    caption_bytes: int
    font_bytes: int
    header_bytes: int
    header_count: int
    url_bytes: int
    body_idle_seconds: float

    def body_bytes_at(self, path: str) -> int:
        if is_resumable(path):
            return self.patch_bytes
        larger = {
            UPLOAD_PATH: self.upload_bytes,
            PICTURES_PATH: self.picture_bytes,
            FONTS_PATH: self.font_bytes,
            CAPTIONS_PATH: self.caption_bytes,
        }
        return larger.get(path, self.body_bytes)


class Edge:
    """Pure ASGI, because Starlette's own base class for middleware would buffer what is streamed."""

    def __init__(self, app: ASGIApp, limits: Limits, make_id: IdSource = new_id) -> None:
        self._app = app
        self._limits = limits
        self._make_id = make_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        request_id = self._name(scope)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            if scope["type"] == "websocket":
                await self._app(scope, receive, send)
            else:
                await self._serve(scope, BoundedBody(scope, receive, self._limits), Answer(send, request_id))

    def _name(self, scope: Scope) -> str:
        """The caller's own id for the request where it is a decent one; it is also the events' correlation id."""
        offered = Headers(scope=scope).get("x-request-id", "")
        request_id = offered if _REQUEST_ID.fullmatch(offered) else self._make_id("req")
        scope.setdefault("state", {})["request_id"] = request_id
        return request_id

    async def _serve(self, scope: Scope, body: "BoundedBody", answer: "Answer") -> None:
        try:
            refuse_oversized(scope, self._limits)
            await self._app(scope, body.receive, answer.send)
        except ClientDisconnect:
            _logger.info("The caller went away", method=scope["method"], path=scope["path"])
            return
        except Exception as error:
            if answer.status is not None:
                _logger.exception("A response broke off")
                raise
            response = problem_of(error).response(HTTPConnection(scope))
            await response(scope, body.receive, answer.send)
        _logger.info("Answered", method=scope["method"], path=scope["path"], status=answer.status)


class BoundedBody:
    """Counts the bytes of a request's body and gives up on a sender that has gone silent."""

    def __init__(self, scope: Scope, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._most_bytes = limits.body_bytes_at(scope["path"])
        self._idle_seconds = limits.body_idle_seconds
        self._received_bytes = 0
        self._is_complete = False

    async def receive(self) -> Message:
        if self._is_complete:
            return await self._receive()
        try:
            async with asyncio.timeout(self._idle_seconds):
                message = await self._receive()
        except TimeoutError:
            raise Problem("timeout", f"no byte of the body came for {self._idle_seconds:g} s") from None
        self._received_bytes += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._received_bytes > self._most_bytes:
            raise too_large(self._most_bytes)
        return message


class Answer:
    """Passes a response on with the headers that all responses have."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request_id
            for name, value in _SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def refuse_oversized(scope: Scope, limits: Limits) -> None:
    """Raises a Problem for anything that can be told to be too large before the body is read."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > limits.url_bytes:
        raise Problem("uri-too-long", f"the address may have {limits.url_bytes} bytes at most")
    headers = scope["headers"]
    size_bytes = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > limits.header_count or size_bytes > limits.header_bytes:
        most = f"{limits.header_count} headers of {limits.header_bytes} bytes together"
        raise Problem("headers-too-large", f"a request may have {most} at most")
    most_bytes = limits.body_bytes_at(scope["path"])
    if announced_bytes(Headers(scope=scope)) > most_bytes:
        raise too_large(most_bytes)


def announced_bytes(headers: Headers) -> int:
    """The length of the body, as far as it is told."""
    announced = headers.get("content-length", "")
    return int(announced[:20]) if announced.isdecimal() else 0


def is_resumable(path: str) -> bool:
    return path == RESUMABLE_PATH or path.startswith(f"{RESUMABLE_PATH}/")


def too_large(most_bytes: int) -> Problem:
    return Problem("payload-too-large", f"the body may have {most_bytes} bytes at most")
