"""An append that finds no room: whether anything was written is said only where it is certain."""

from collections.abc import Sequence

import pytest

from kinolog.common.errors import KinologError, LogFull, OutcomeUnknown
from kinolog.common.log.api import ApiError
from kinolog.common.log.append import Appender
from kinolog.common.log.publish import Message

NO_ROOM = ApiError(503, 10023, "insufficient resources")


class Refusing:
    """In the place of the group commit: raises one error after the other."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = iter(errors)

    async def publish(self, messages: Sequence[Message]) -> int:
        raise next(self._errors)

    publish_alone = publish


async def not_stored(message: Message) -> None:
    return None


@pytest.mark.parametrize(("errors", "expected"), [([NO_ROOM], LogFull), ([TimeoutError(), NO_ROOM], OutcomeUnknown)])
async def test_without_room_nothing_was_written_unless_an_answer_was_lost(
    errors: list[Exception], expected: type[KinologError]
) -> None:
    appender = Appender(Refusing(*errors), not_stored, deadline_seconds=5)  # type: ignore[arg-type]
    with pytest.raises(expected):
        await appender.append([])
