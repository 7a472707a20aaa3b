"""Group commit: appends of one process that are under way together leave as one atomic batch, where that is cheaper.

Nobody waits for company: a lone append leaves at once, and a group is what came while others were on their way.
A refused group is no member's fault for certain, so each of them then goes alone.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog
from nats.errors import Error as NatsError

from kinolog.common.errors import LogUnavailable, OutcomeUnknown
from kinolog.common.log.append_costs import AppendCosts, Stretch, Way, waited_seconds
from kinolog.common.log.append_group import Call, Group
from kinolog.common.log.publish import Message
from kinolog.common.settings import ServiceSettings

Publish = Callable[[Sequence[Message]], Awaitable[int]]

# Enough to keep the server busy, few enough that going alone for a trial is soon over.
_LET_GO_AT_ONCE: Final = 64

_logger: Final = structlog.get_logger(__name__)


class GroupCommit:
    """Makes one attempt at each append. One group at a time is on its way: two would be half as large each."""

    def __init__(self, publish: Publish, costs: AppendCosts, settings: ServiceSettings) -> None:
        self.publish_alone: Final = publish
        self._costs = costs
        self._settings = settings
        self._waiting: deque[Call] = deque()
        self._alone = 0
        self._stretch = Stretch(self._costs, waited_seconds)
        self._sending: asyncio.Task[None] | None = None
        self._is_closed = False

    @classmethod
    @asynccontextmanager
    async def open(cls, publish: Publish, settings: ServiceSettings) -> AsyncIterator["GroupCommit"]:
        """At the end, whoever still waits is told so."""
        costs = AppendCosts(settings.append_trial_interval_seconds, asyncio.get_running_loop().time)
        group_commit = cls(publish, costs, settings)
        try:
            yield group_commit
        finally:
            await group_commit.close()

    async def publish(self, messages: Sequence[Message]) -> int:
        """The sequence of the last message. Raises what the attempt raised, TimeoutError if it took too long."""
        if self._is_closed:
            raise LogUnavailable("the log was closed")
        if self._may_leave_at_once():
            self._alone += 1
        elif (sequence := await self._with_others(messages)) is not None:
            return sequence
        return await self._go_alone(messages)

    async def close(self) -> None:
        """Tell whoever waits that nothing was written, and whose group is under way that it may have been."""
        self._is_closed = True
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait([self._sending])
        while self._waiting:
            self._waiting.popleft().fail(LogUnavailable("the log was closed before the append was sent"))

    def _may_leave_at_once(self) -> bool:
        if self._sending is not None or self._waiting:
            return False
        return self._costs.cheaper(self._alone + 1) is Way.ALONE

    async def _with_others(self, messages: Sequence[Message]) -> int | None:
        """The sequence of the last message, or None once it may and must go alone."""
        loop = asyncio.get_running_loop()
        call = Call(messages, loop.create_future())
        self._waiting.append(call)
        deadline = loop.call_later(self._settings.log_deadline_seconds, call.fail, TimeoutError())
        try:
            return await call.outcome
        except asyncio.CancelledError:
            if call.was_let_go:
                self._came_back()
            raise
        finally:
            deadline.cancel()

    async def _go_alone(self, messages: Sequence[Message]) -> int:
        """For whoever has been counted in `_alone`."""
        self._stretch.departed(self._alone)
        try:
            sequence = await self.publish_alone(messages)
        except BaseException:
            self._stretch.failed()
            raise
        else:
            self._stretch.answered()
            return sequence
        finally:
            self._came_back()

    def _came_back(self) -> None:
        self._alone -= 1
        if self._waiting and not self._alone and self._sending is None and not self._is_closed:
            self._sending = asyncio.create_task(self._send_waiting())

    async def _send_waiting(self) -> None:
        """Until nobody waits, or some go alone: the last of those to come back starts this again."""
        try:
            while self._waiting and not self._alone:
                if self._costs.cheaper(len(self._waiting)) is Way.TOGETHER:
                    await self._send(self._next_group())
                else:
                    self._let_go(self._next_alone())
        finally:
            self._sending = None

    def _next_group(self) -> Group:
        group = Group(self._settings.append_group_max_events, self._settings.append_group_max_bytes)
        for_later: list[Call] = []
        while self._waiting and group.has_room_for(self._waiting[0]):
            call = self._waiting.popleft()
            if not call.is_settled and not group.takes(call):
                for_later.append(call)
        self._waiting.extendleft(reversed(for_later))
        return group

    def _next_alone(self) -> list[Call]:
        return [self._waiting.popleft() for _ in range(min(_LET_GO_AT_ONCE, len(self._waiting)))]

    async def _send(self, group: Group) -> None:
        if len(group.calls) < 2:
            return self._let_go(group.calls)
        left_at = waited_seconds()
        try:
            last_sequence = await self.publish_alone(group.messages)
        except (NatsError, TimeoutError) as error:
            return group.failed(error)  # It may have been stored: each member finds out for itself.
        except asyncio.CancelledError:
            group.failed(OutcomeUnknown("the log was closed while the append was under way"))
            raise
        except Exception as error:
            _logger.debug("A group was refused", appends=len(group.calls), error=repr(error))
            self._note_refusal(len(group.calls), waited_seconds() - left_at)
            return self._let_go(group.calls)
        self._costs.note(Way.TOGETHER, len(group.calls), waited_seconds() - left_at)
        group.was_stored(last_sequence)
        await asyncio.sleep(0)  # Who was just answered may append again in time for the next group.

    def _note_refusal(self, appends: int, seconds: float) -> None:
        """It cost its members what going alone costs besides, so groups that are often refused are no longer made."""
        alone = appends * self._costs.seconds_each(Way.ALONE, appends)
        self._costs.note(Way.TOGETHER, appends, seconds + alone)

    def _let_go(self, calls: Iterable[Call]) -> None:
        for call in calls:
            if not call.is_settled:
                self._alone += 1
                call.tell(None)
