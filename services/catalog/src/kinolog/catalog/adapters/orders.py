"""Orders of dispatch on their way to the workers: the last one of each queue is kept by the stream of progress."""

from typing import Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from kinolog.common.subjects import queue_order
from kinolog.common.worker.order import DispatchOrder

_logger: Final = structlog.get_logger(__name__)


class NatsOrders:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def publish(self, order: DispatchOrder) -> None:
        """An order that cannot be sent now is worth nothing later: the next one follows within a second."""
        try:
            await self._client.publish(queue_order(order.queue), order.model_dump_json().encode())
        except NatsError as error:
            _logger.debug("Dropped an order of dispatch", queue=order.queue, error=repr(error))
