"""What tus 1.0.0 wants of every request and answer below one address, errors included."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinolog.gateway.edge import is_resumable
from kinolog.gateway.uploads.tus_headers import VERSION

# Some proxies let nothing but GET and POST through.
_OVERRIDABLE: Final = frozenset({"PATCH", "DELETE"})


class TusEdge:
    """ASGI middleware; it belongs outside of everything that may refuse a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_resumable(scope["path"]):
            return await self._app(scope, receive, send)

        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Tus-Resumable"] = VERSION
            await send(message)

        await self._app({**scope, "method": _method(scope)}, receive, send_with_version)


def _method(scope: Scope) -> str:
    wanted = Headers(scope=scope).get("x-http-method-override", "").upper()
    return wanted if scope["method"] == "POST" and wanted in _OVERRIDABLE else str(scope["method"])
