"""The render service, asked for frames over the NATS micro API: any of its workers answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from pydantic import ValidationError

from kinolog.common import queries
from kinolog.common.frames_asked import FrameAnswer, FrameQuestion, FrameWish
from kinolog.common.ids import new_id
from kinolog.common.subjects import render_frame_stop, render_query
from kinolog.gateway.adapters.catalog import ERROR_CODE_HEADER
from kinolog.gateway.frames import DrawnFrame
from kinolog.gateway.problems import FieldError, Problem, shorten

_STATUS_HEADER: Final = "Status"
_NOBODY_THERE: Final = "503"
# Another worker may have time.
_MOST_ASKED: Final = 3


class _Declined(Exception):
    """The worker that got the question has no time for it; `reason` is what it says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NatsRenderer:
    """`most_at_once` bounds the pictures that are in memory here, each of `most_bytes` at most."""

    def __init__(self, client: Client, *, timeout_seconds: float, most_bytes: int, most_at_once: int) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._most_bytes = most_bytes
        self._slots = asyncio.Semaphore(most_at_once)

    async def frame(self, wish: FrameWish) -> DrawnFrame:
        """Whoever stops waiting stops the work. Raises the problems `render-unavailable`, `validation`, `not-found`."""
        if self._slots.locked():
            raise _unavailable("many frames are being made for others")
        async with self._slots:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    return await self._asked(wish)
            except TimeoutError as error:
                raise _unavailable(f"none came within {self._timeout_seconds:g} s") from error
            except NatsError as error:
                raise _unavailable("NATS cannot be reached") from error

    async def _asked(self, wish: FrameWish) -> DrawnFrame:
        reason = ""
        for _ in range(_MOST_ASKED):
            try:
                return await self._answer(wish)
            except _Declined as declined:
                reason = declined.reason
        raise _unavailable(reason)

    async def _answer(self, wish: FrameWish) -> DrawnFrame:
        asked = FrameQuestion(**dict(wish), id=new_id("ask"), within_seconds=self._timeout_seconds)
        async with self._inbox() as (inbox, answers):
            await self._client.publish(render_query("frame"), asked.model_dump_json().encode(), reply=inbox)
            try:
                answer = FrameAnswer.model_validate_json((await _next(answers)).data)
                return DrawnFrame(answer.time, answer.font, await self._content(answers, answer.size_bytes))
            except asyncio.CancelledError:
                with suppress(NatsError):  # The worker gives up by itself, only later.
                    await self._client.publish(render_frame_stop(asked.id), b"")
                raise

    @asynccontextmanager
    async def _inbox(self) -> AsyncIterator[tuple[str, Subscription]]:
        inbox = self._client.new_inbox()
        answers = await self._client.subscribe(inbox)
        try:
            yield inbox, answers
        finally:
            with suppress(NatsError):
                await answers.unsubscribe()

    async def _content(self, answers: Subscription, size_bytes: int) -> bytes:
        if size_bytes > self._most_bytes:
            detail = f"the picture has {size_bytes} bytes: ask for a width, or for format=jpeg"
            raise Problem("validation", detail, errors=[FieldError("?width", detail)])
        content = bytearray()
        while len(content) < size_bytes:
            content += (await _next(answers)).data
        return bytes(content)


async def _next(answers: Subscription) -> Msg:
    """Raises _Declined and problems for a refusal."""
    message: Msg = await answers.next_msg(timeout=None)
    headers = message.headers or {}
    if headers.get(_STATUS_HEADER) == _NOBODY_THERE:
        raise _unavailable("no render service is running: start one, `kinolog up` does")
    if ERROR_CODE_HEADER in headers:
        raise _refusal(message.data)
    return message


def _unavailable(reason: str) -> Problem:
    return Problem("render-unavailable", f"{reason}: try again soon")


def _refusal(body: bytes) -> Problem | _Declined:
    try:
        problem = queries.Problem.model_validate_json(body)
    except ValidationError:
        return _unavailable("the render service failed")
    match problem.code:
        case "validation":
            pointer = f"/{problem.field.replace('.', '/')}" if problem.field else None
            errors = [FieldError(pointer, shorten(problem.message))] if pointer else []
            return Problem("validation", problem.message, errors=errors)
        case "not-found":
            return Problem("not-found", problem.message)
        case "busy" | "unavailable":
            return _Declined(problem.message)
    return _unavailable("the render service failed")
