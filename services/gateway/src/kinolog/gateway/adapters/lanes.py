"""The depth of each lane, as JetStream counts it. A stream's own count by subject would take a hundred times longer."""

import asyncio
from typing import Final

from nats.aio.client import Client

from kinolog.common.log.api import ApiError, ask
from kinolog.common.subjects import EVENTS_STREAM, LANES_FROM_THE_TOP, lane_durable

_CONSUMER_NOT_FOUND: Final = 10014


class JetStreamLanes:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def depths(self, queue: str) -> dict[int, int | None]:
        found = await asyncio.gather(*(self._depth(queue, lane) for lane in LANES_FROM_THE_TOP))
        return dict(zip(LANES_FROM_THE_TOP, found, strict=True))

    async def _depth(self, queue: str, lane: int) -> int | None:
        try:
            info = await ask(self._client, f"CONSUMER.INFO.{EVENTS_STREAM}.{lane_durable(queue, lane)}")
        except ApiError as error:
            if error.err_code == _CONSUMER_NOT_FOUND:
                return None
            raise
        return int(info["num_pending"]) + int(info["num_ack_pending"])
