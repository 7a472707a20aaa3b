"""The progress board: signs of life of jobs and workers, kept in memory by NATS, one message a subject."""

from collections.abc import Sequence
from typing import Final, Protocol

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import BaseModel

from kinolog.common import subjects
from kinolog.common.errors import LogUnavailable
from kinolog.common.log.direct import DirectReader, StoredMessage
from kinolog.common.worker.order import DispatchOrder
from kinolog.common.worker.progress import Heartbeat, Presence

_logger: Final = structlog.get_logger(__name__)


class Board(Protocol):
    async def beat(self, heartbeat: Heartbeat) -> None: ...

    async def announce(self, presence: Presence) -> None: ...

    async def last_beat(self, job_id: str) -> Heartbeat | None:
        """The job's last sign of life, None where none is known."""
        ...

    async def workers(self) -> list[Presence]:
        """Every worker's last announcement, also of those that are gone by now."""
        ...


class NatsBoard:
    """See `Board`. The reader must be one of the stream `PROGRESS`."""

    def __init__(self, client: Client, reader: DirectReader) -> None:
        self._client = client
        self._reader = reader

    async def beat(self, heartbeat: Heartbeat) -> None:
        await self._post(subjects.job_progress(heartbeat.job_id), heartbeat)

    async def announce(self, presence: Presence) -> None:
        await self._post(subjects.worker_presence(presence.id), presence)

    async def _post(self, subject: str, sign: BaseModel) -> None:
        """A sign of life that cannot be sent now is worth nothing later."""
        try:
            await self._client.publish(subject, sign.model_dump_json().encode())
        except NatsError as error:
            _logger.debug("Dropped a sign of life", subject=subject, error=repr(error))

    async def last_beat(self, job_id: str) -> Heartbeat | None:
        signs = await self._last(subjects.job_progress(job_id))
        return Heartbeat.model_validate_json(signs[-1].body) if signs else None

    async def last_order(self, queue: str) -> DispatchOrder | None:
        """What the catalog advised last for a queue, however long ago."""
        signs = await self._last(subjects.queue_order(queue))
        return DispatchOrder.model_validate_json(signs[-1].body) if signs else None

    async def workers(self) -> list[Presence]:
        return [Presence.model_validate_json(sign.body) for sign in await self._last(subjects.ALL_WORKERS)]

    async def _last(self, subject: str) -> Sequence[StoredMessage]:
        """A restarted server has forgotten every sign of life: then none is known, which is no error."""
        try:
            return (await self._reader.get({"multi_last": [subject]})).messages
        except LogUnavailable as error:
            _logger.debug("Knows no sign of life", subject=subject, error=str(error))
            return ()


def heartbeat_of(message: Msg) -> Heartbeat | None:
    """The heartbeat that a message on `progress.>` carries; None for what is not about one job."""
    if message.subject.startswith(("progress.worker.", "progress.queue.")):
        return None
    return Heartbeat.model_validate_json(message.data)
