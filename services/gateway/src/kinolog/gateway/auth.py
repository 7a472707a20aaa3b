"""Who is calling: the bearer of the token, or a browser that opened the link with it and holds a cookie since."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from kinolog.common.log import Origin
from kinolog.gateway.problems import Problem, request_id_of

OWNER: Final = "user:owner"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC_PATHS: Final = frozenset({"/", "/healthz", "/readyz", "/openapi.json"})
PUBLIC_FOLDER: Final = "/assets/"


@dataclass(frozen=True, slots=True)
class Caller:
    """`correlation_id` ties the events of a request to its log lines and its trace."""

    actor: str
    correlation_id: str

    def origin(self, command_id: str | None = None) -> Origin:
        return Origin(source="gateway", actor=self.actor, correlation_id=self.correlation_id, causation_id=command_id)


class Doorkeeper:
    """Compares in constant time. The cookie is derived from the token, so it is of no use as a bearer token."""

    def __init__(self, token: str, cookie_name: str, allowed_origins: Iterable[str] = ()) -> None:
        self._token = token.encode()
        self._allowed_origins = frozenset(allowed_origins)
        self.cookie_name = cookie_name
        self.cookie_value = hmac.new(self._token, b"kinolog cookie", hashlib.sha256).hexdigest()

    def is_token(self, offered: str) -> bool:
        return hmac.compare_digest(offered.encode(), self._token)

    def identify(self, connection: HTTPConnection) -> str | None:
        """The caller's name, or None where nothing proves it."""
        return OWNER if self._has_token(connection) or self._has_cookie(connection) else None

    def may_change(self, connection: HTTPConnection) -> bool:
        """A browser sends cookies along whatever page makes it do so; our own page must be the one."""
        return self._has_token(connection) or self._says_same_origin(connection)

    def is_welcome_origin(self, connection: HTTPConnection) -> bool:
        """Whether a WebSocket comes from our own page, an allowed one, or from something that is no browser."""
        origin = connection.headers.get("origin")
        return origin is None or origin in self._allowed_origins or _is_host_of(origin, connection)

    def _has_token(self, connection: HTTPConnection) -> bool:
        scheme, _, offered = connection.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self.is_token(offered.strip())

    def _has_cookie(self, connection: HTTPConnection) -> bool:
        offered = connection.cookies.get(self.cookie_name, "")
        return hmac.compare_digest(offered.encode(), self.cookie_value.encode())

    def _says_same_origin(self, connection: HTTPConnection) -> bool:
        origin = connection.headers.get("origin")
        if origin is not None:
            return _is_host_of(origin, connection)
        return connection.headers.get("sec-fetch-site") == "same-origin"


class RequireCaller:
    """ASGI middleware, so that nobody's body is read before it is known whose it is."""

    def __init__(self, app: ASGIApp, doorkeeper: Doorkeeper) -> None:
        self._app = app
        self._doorkeeper = doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_public(scope):
            connection = HTTPConnection(scope)
            scope.setdefault("state", {})["caller"] = self._admit(connection)
        await self._app(scope, receive, send)

    def _admit(self, connection: HTTPConnection) -> Caller:
        actor = self._doorkeeper.identify(connection)
        if actor is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="kinolog"'}
            raise Problem("unauthenticated", _how_to_get_in(connection), headers=challenge)
        if connection.scope["method"] not in SAFE_METHODS and not self._doorkeeper.may_change(connection):
            raise Problem("forbidden", "a request with the cookie must come from this gateway's own page")
        return Caller(actor, request_id_of(connection))


def _how_to_get_in(connection: HTTPConnection) -> str:
    if connection.headers.get("authorization", "").lower().startswith("bearer "):
        return "that is not this platform's token: it is in its data folder, unless KINOLOG_TOKEN sets it"
    return "send the header Authorization: Bearer <token>"


def _is_public(scope: Scope) -> bool:
    return scope["path"] in PUBLIC_PATHS or scope["path"].startswith(PUBLIC_FOLDER)


def _is_host_of(origin: str, connection: HTTPConnection) -> bool:
    host = connection.headers.get("host", "").lower()
    return origin.lower() in (f"http://{host}", f"https://{host}")
