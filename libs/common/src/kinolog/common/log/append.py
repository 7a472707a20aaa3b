"""Appending until the outcome is certain, and finding out what an answer that never came would have said.

The error codes are those of NATS 2.15.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError, OutboundBufferLimitError

from kinolog.common.errors import Conflict, LogError, LogFull, LogUnavailable, OutcomeUnknown
from kinolog.common.log.api import ApiError
from kinolog.common.log.group_commit import GroupCommit, Publish
from kinolog.common.log.publish import Message

_logger: Final = structlog.get_logger(__name__)

# Wrong last sequence (in two spellings), or an id that the stream has seen: ours, or somebody else's event.
_CONTESTED: Final = {10071, 10164, 10201}
# No room on the server, in the account or in the stream: nobody makes any within our patience.
_FULL: Final = {10002, 10023, 10047, 10077}
# Id still in process, stream not ready, too many requests, lost batch, too many open batches.
_TRY_AGAIN: Final = {10158, 10163, 10167, 10176, 10210}
_FIRST_PAUSE_SECONDS: Final = 0.02
_LONGEST_PAUSE_SECONDS: Final = 0.5

FindStored = Callable[[Message], Awaitable[int | None]]


class Appender:
    """Publishes messages until their outcome is certain or the deadline has passed.

    `find_stored` tells the sequence under which a message is in the log, if it is.
    """

    def __init__(self, group_commit: GroupCommit, find_stored: FindStored, deadline_seconds: float) -> None:
        self._group_commit = group_commit
        self._find_stored = find_stored
        self._deadline_seconds = deadline_seconds

    async def append(self, messages: Sequence[Message]) -> int:
        """The sequence of the last message. All of them are written, or none."""
        clock = asyncio.get_running_loop().time
        deadline, pause, is_unsure = clock() + self._deadline_seconds, _FIRST_PAUSE_SECONDS, False
        attempt: Publish = self._group_commit.publish
        while clock() < deadline:
            try:
                return await attempt(messages)
            except ApiError as error:
                if error.err_code in _CONTESTED:
                    return await self._sequence_or_conflict(messages)
                if error.err_code in _FULL:
                    raise _without_room(error, is_unsure=is_unsure) from error
                if not _is_passing(error):
                    raise
            except (NoRespondersError, OutboundBufferLimitError) as error:
                _logger.debug("Nobody took the append", error=repr(error))
            except (NatsError, TimeoutError):
                is_unsure = True
            attempt = self._group_commit.publish_alone  # Whoever is in doubt holds up nobody else.
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        raise OutcomeUnknown("no acknowledgement came") if is_unsure else LogUnavailable("the log takes no appends")

    async def _sequence_or_conflict(self, messages: Sequence[Message]) -> int:
        """An earlier try may have been stored although its acknowledgement never came."""
        sequence = await self._find_stored(messages[-1])
        if sequence is None:
            raise Conflict([f"{message.change.kind} {message.change.id}" for message in messages])
        return sequence


def _without_room(error: ApiError, *, is_unsure: bool) -> LogError:
    """An earlier try whose answer was lost may have found the last room there was."""
    return OutcomeUnknown(str(error)) if is_unsure else LogFull(str(error))


def _is_passing(error: ApiError) -> bool:
    return error.err_code in _TRY_AGAIN or error.code in (429, 503)
