"""Provisioning: the streams and the workers' consumers. An explicit step of set-up, never done by a service."""

from collections.abc import Sequence
from typing import Any, Final

from nats.aio.client import Client

from kinolog.common import subjects
from kinolog.common.errors import LogCorrupt
from kinolog.common.log.api import ApiError, ask

_NANOSECONDS: Final = 1_000_000_000
_STREAM_NOT_FOUND: Final = 10059
_ONE_HOUR_SECONDS: Final = 3600

EVENTS: Final[dict[str, Any]] = {
    "name": subjects.EVENTS_STREAM,
    "subjects": [subjects.ALL_EVENTS],
    "storage": "file",
    "retention": "limits",
    "discard": "new",
    "allow_direct": True,
    "allow_atomic": True,
    "deny_delete": True,
    "deny_purge": True,
    "duplicate_window": 120 * _NANOSECONDS,
    "republish": {"src": subjects.WAKE_SOURCE, "dest": subjects.WAKE_TARGET, "headers_only": True},
}

PROGRESS: Final[dict[str, Any]] = {
    "name": subjects.PROGRESS_STREAM,
    "subjects": [subjects.ALL_PROGRESS],
    "storage": "memory",
    "max_msgs_per_subject": 1,
    "max_age": _ONE_HOUR_SECONDS * _NANOSECONDS,
    "allow_direct": True,
}


async def provision(
    client: Client,
    *,
    replicas: int = 1,
    lease_seconds: float = 30.0,
    expect_created: str | None = None,
    queues: Sequence[str] = subjects.QUEUES,
) -> str:
    """Make what is missing and return the creation time of the event stream.

    `expect_created` is that time as an earlier run returned it: then the stream must be there and be that one.
    Raises LogCorrupt otherwise, since an empty log in its place would pass for a healthy one.
    """
    created = await _created(client)
    if expect_created is not None and created != expect_created:
        found = "is missing" if created is None else f"was made at {created}"
        raise LogCorrupt(f"the log of this installation was made at {expect_created}, but the stream {found}")
    await _create_stream(client, EVENTS | {"num_replicas": replicas})
    await _create_stream(client, PROGRESS | {"num_replicas": replicas})
    for queue in queues:
        for lane in subjects.LANES_FROM_THE_TOP:
            await _create_lane(client, queue, lane, lease_seconds)
    return str(await _created(client))


async def restore_progress(client: Client) -> None:
    """Make the stream of progress again where it is gone: a lone server that restarts forgets what it had in memory.

    Nothing is lost with it but signs of life, so unlike the log any service may do this.
    """
    if await _created(client, subjects.PROGRESS_STREAM) is None:
        await _create_stream(client, PROGRESS)


async def _created(client: Client, stream: str = subjects.EVENTS_STREAM) -> str | None:
    try:
        return str((await ask(client, f"STREAM.INFO.{stream}"))["created"])
    except ApiError as error:
        if error.err_code == _STREAM_NOT_FOUND:
            return None
        raise


async def _create_stream(client: Client, config: dict[str, Any]) -> None:
    await ask(client, f"STREAM.CREATE.{config['name']}", config)


async def _create_lane(client: Client, queue: str, lane: int, lease_seconds: float) -> None:
    durable = subjects.lane_durable(queue, lane)
    config = {
        "durable_name": durable,
        "ack_policy": "explicit",
        "deliver_policy": "all",
        "filter_subject": subjects.lane_filter(queue, lane),
        "ack_wait": int(lease_seconds * _NANOSECONDS),
        "max_ack_pending": -1,
        "max_deliver": -1,
    }
    body = {"stream_name": subjects.EVENTS_STREAM, "config": config}
    await ask(client, f"CONSUMER.DURABLE.CREATE.{subjects.EVENTS_STREAM}.{durable}", body)
