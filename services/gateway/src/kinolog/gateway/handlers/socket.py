"""The WebSocket: every event since a sequence, then every event as it happens, with progress in between."""

import asyncio
import json
from typing import Any, Final

from fastapi import APIRouter, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from kinolog.common.errors import LogError
from kinolog.gateway.interest import EVERYTHING, Belongings, ClientMessage, Interest
from kinolog.gateway.live import News
from kinolog.gateway.params import Gateway, Here, read_sequence
from kinolog.gateway.views import event_view, progress_view

router = APIRouter()

NO_TOKEN: Final = 4401
FOREIGN_ORIGIN: Final = 4403
BAD_REQUEST: Final = 4400
TOO_SLOW: Final = 4408
GOING_AWAY: Final = 1001
TRY_AGAIN: Final = 1013


class Goodbye(Exception):
    """The connection is to end, for a reason that the other side is told."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@router.websocket("/v1/ws")
async def serve_socket(socket: WebSocket, here: Here) -> None:
    """Without `since` it begins with the next event, counted from before the client knows that it is connected."""
    try:
        after = await _admit(socket, here)
        await socket.accept()
        await Session(socket, here, after).run()
    except Goodbye as goodbye:
        await _close(socket, goodbye)
    except LogError:
        await _close(socket, Goodbye(TRY_AGAIN, "the log cannot be reached: connect again with since"))


async def _admit(socket: WebSocket, here: Gateway) -> int:
    """The sequence after which to begin."""
    if not here.doorkeeper.is_welcome_origin(socket):
        raise Goodbye(FOREIGN_ORIGIN, "this page may not connect")
    if here.doorkeeper.identify(socket) is None:
        raise Goodbye(NO_TOKEN, "no valid token: send Authorization: Bearer <token>")
    if set(socket.query_params) - {"since"}:
        raise Goodbye(BAD_REQUEST, "there is no parameter but since")
    last = await here.log.last_sequence()
    since = socket.query_params.get("since")
    if since is None:
        return last
    after = read_sequence(since)
    if after is None or after > last:
        raise Goodbye(BAD_REQUEST, f"since must be a sequence of the log, which ends at {last}")
    return after


class Session:
    """One connection: one task listens to the client, one talks to it, and either ends both."""

    def __init__(self, socket: WebSocket, here: Gateway, after: int) -> None:
        self._socket = socket
        self._here = here
        self._after = after
        self._interest: Interest = EVERYTHING
        self._belongings = Belongings(here.log)

    async def run(self) -> None:
        listening = asyncio.create_task(self._listen())
        talking = asyncio.create_task(self._talk())
        try:
            await asyncio.wait((listening, talking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            listening.cancel()
            talking.cancel()
            outcomes = await asyncio.gather(listening, talking, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                raise outcome

    async def _listen(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                self._interest = ClientMessage.model_validate_json(message.get("text") or "").subscribe
            except ValidationError:
                raise Goodbye(BAD_REQUEST, 'say {"subscribe": {"jobs": […]}}, or projects, or all') from None

    async def _talk(self) -> None:
        with self._here.live.subscribe(self._after) as subscription:
            while (news := await subscription.next()) is not None:
                for message in await self._wanted(news):
                    await self._send(message)
        raise Goodbye(GOING_AWAY, "the gateway stops: connect again with since")

    async def _wanted(self, news: News) -> list[dict[str, Any]]:
        concerns, interest = self._belongings.concerns, self._interest
        events = [
            event_view(event) for event in news.events if await concerns(interest, event.subject.kind, event.subject.id)
        ]
        return events + [progress_view(beat) for beat in news.progress if await concerns(interest, "job", beat.job_id)]

    async def _send(self, message: dict[str, Any]) -> None:
        """A client that takes nothing for this long is cut off; it comes back with the last `seq` it saw."""
        message.pop("object", None)
        try:
            async with asyncio.timeout(self._here.ws_send_timeout_seconds):
                await self._socket.send_text(json.dumps(message))
        except TimeoutError:
            raise Goodbye(TOO_SLOW, "too slow: connect again with since") from None


async def _close(socket: WebSocket, goodbye: Goodbye) -> None:
    """A code can only be sent over a connection that stands, so one that is refused is accepted first."""
    if socket.client_state is WebSocketState.CONNECTING:
        await socket.accept()
    if socket.client_state is WebSocketState.CONNECTED and socket.application_state is WebSocketState.CONNECTED:
        await socket.close(goodbye.code, goodbye.reason)
