"""A server of somebody's own on which nobody has made the streams."""

import pytest
from nats.aio.client import Client

from kinolog.common.errors import LogUnavailable
from kinolog.common.log.direct import DirectReader
from kinolog.common.subjects import EVENTS_STREAM


async def test_whoever_reads_is_told_how_streams_are_made(nats_client: Client) -> None:
    async with DirectReader.open(nats_client, EVENTS_STREAM) as reader:
        with pytest.raises(LogUnavailable, match=r"the stream EVENTS.*`kinolog provision` makes"):
            await reader.get({"last_by_subj": "events.>"})
