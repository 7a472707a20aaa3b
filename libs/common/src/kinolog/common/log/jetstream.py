"""The log on NATS JetStream."""

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from nats.aio.client import Client

from kinolog.common.aggregates.base import Change
from kinolog.common.clock import Clock, system_clock
from kinolog.common.errors import LogCorrupt, LogUnavailable
from kinolog.common.events import RecordedEvent
from kinolog.common.events.envelope import from_stored
from kinolog.common.log.api import ApiError, ask
from kinolog.common.log.append import Appender
from kinolog.common.log.direct import Answer, DirectReader, StoredMessage, TooManySubjects
from kinolog.common.log.entry import entry_of
from kinolog.common.log.group_commit import GroupCommit
from kinolog.common.log.patience import patiently
from kinolog.common.log.port import Batch, Checkpoint, Origin, Unreadable
from kinolog.common.log.publish import Message, publish
from kinolog.common.log.stamp import stamp
from kinolog.common.log.tail import follow
from kinolog.common.settings import ServiceSettings
from kinolog.common.subjects import EVENTS_STREAM, aggregate_filter, births_filter

_VERSIONS_PER_REQUEST: Final = 500
_BIRTHS_PER_REQUEST: Final = 500
_NO_MESSAGE: Final = 10037


class JetStreamLog:
    """See `EventLog`. Appends go over one connection, reads over another."""

    def __init__(
        self, reads: Client, direct: DirectReader, group_commit: GroupCommit, clock: Clock, deadline_seconds: float
    ) -> None:
        self._reads = reads
        self._direct = direct
        self._clock = clock
        self._deadline_seconds = deadline_seconds
        self._replica_count: int | None = None
        self._appender = Appender(group_commit, self._find_stored, deadline_seconds)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, writes: Client, reads: Client, settings: ServiceSettings, *, clock: Clock = system_clock
    ) -> AsyncIterator["JetStreamLog"]:
        async with (
            DirectReader.open(reads, EVENTS_STREAM) as direct,
            GroupCommit.open(partial(publish, writes), settings) as group_commit,
        ):
            yield cls(reads, direct, group_commit, clock, settings.log_deadline_seconds)

    async def append(self, changes: Sequence[Change], origin: Origin) -> int:
        return await self._appender.append([Message.of(change, stamp(origin, self._clock)) for change in changes])

    async def read(self, kind: str, aggregate_id: str) -> list[RecordedEvent]:
        events_of = aggregate_filter(kind, aggregate_id)
        messages = await self._messages_of(events_of)
        if not messages and await self._leader_knows(events_of):
            messages = await patiently(lambda: self._some_messages_of(events_of), self._deadline_seconds)
        return [_recorded(message) for message in messages]

    async def births(self, kind: str) -> list[RecordedEvent | Unreadable]:
        entries: list[RecordedEvent | Unreadable] = []
        pending, next_sequence = 1, 1
        while pending:
            request = {"next_by_subj": births_filter(kind), "seq": next_sequence, "batch": _BIRTHS_PER_REQUEST}
            answer = await self._get(request)
            entries += [entry_of(each.sequence, each.subject, each.headers, each.body) for each in answer.messages]
            pending = answer.pending
            next_sequence = entries[-1].sequence + 1 if entries else 1
        return entries

    async def scan(self, after: int, limit: int) -> Batch:
        answer = await self._get({"seq": after + 1, "batch": limit})
        for expected, message in enumerate(answer.messages, start=after + 1):
            if message.sequence != expected:
                raise LogCorrupt(f"the log jumps from sequence {expected - 1} to {message.sequence}")
        entries = (entry_of(each.sequence, each.subject, each.headers, each.body) for each in answer.messages)
        return Batch(tuple(entries), is_caught_up=answer.pending == 0)

    def tail(self, after: int) -> AsyncIterator[Batch]:
        return follow(self._reads, after)

    async def last_sequence(self) -> int:
        return int((await self._info())["state"]["last_seq"])

    async def checkpoint(self, sequence: int) -> Checkpoint:
        created = str((await self._info())["created"])
        return Checkpoint(sequence=sequence, event_id=await self._event_id_at(sequence), stream_created=created)

    async def verify(self, checkpoint: Checkpoint) -> None:
        info = await self._info()
        if info["created"] != checkpoint.stream_created:
            raise LogCorrupt(f"the log was made at {info['created']}, not at {checkpoint.stream_created}")
        if info["state"]["last_seq"] < checkpoint.sequence:
            raise LogCorrupt(f"the log ends at {info['state']['last_seq']}, before {checkpoint.sequence}")
        if await self._event_id_at(checkpoint.sequence) != checkpoint.event_id:
            raise LogCorrupt(f"another event stands at sequence {checkpoint.sequence} than the one that was read")

    async def _info(self) -> dict[str, Any]:
        return await patiently(lambda: ask(self._reads, f"STREAM.INFO.{EVENTS_STREAM}"), self._deadline_seconds)

    async def _get(self, request: dict[str, Any]) -> Answer:
        return await patiently(lambda: self._direct.get(request), self._deadline_seconds)

    async def _event_id_at(self, sequence: int) -> str:
        if sequence == 0:
            return ""
        answer = await self._get({"seq": sequence, "batch": 1})
        return answer.messages[0].headers.get("ce-id", "") if answer.messages else ""

    async def _leader_knows(self, subject_filter: str) -> bool:
        """Any replica may answer a direct get, also one that lags behind: only the leader's no is a no."""
        return await self._replicas() > 1 and await self._last_at_leader(subject_filter) is not None

    async def _last_at_leader(self, subject_filter: str) -> dict[str, Any] | None:
        """The newest message as the leader has it: `seq`, and `hdrs` in base64."""
        request = {"last_by_subj": subject_filter}
        asking = partial(ask, self._reads, f"STREAM.MSG.GET.{EVENTS_STREAM}", request)
        try:
            return dict((await patiently(asking, self._deadline_seconds))["message"])
        except ApiError as error:
            if error.err_code == _NO_MESSAGE:
                return None
            raise

    async def _replicas(self) -> int:
        if self._replica_count is None:
            self._replica_count = int((await self._info())["config"]["num_replicas"])
        return self._replica_count

    async def _some_messages_of(self, subject_filter: str) -> Sequence[StoredMessage]:
        if not (messages := await self._messages_of(subject_filter)):
            raise LogUnavailable(f"no replica shows {subject_filter} yet")
        return messages

    async def _messages_of(self, subject_filter: str) -> Sequence[StoredMessage]:
        try:
            return (await self._get({"multi_last": [subject_filter]})).messages
        except TooManySubjects:
            return await self._many_messages_of(subject_filter)

    async def _many_messages_of(self, subject_filter: str) -> list[StoredMessage]:
        """More than 1,024 events: the version is part of the subject, so they are asked for by number."""
        prefix = subject_filter.removesuffix(">")
        messages: list[StoredMessage] = []
        while True:
            numbers = range(len(messages) + 1, len(messages) + 1 + _VERSIONS_PER_REQUEST)
            answer = await self._get({"multi_last": [f"{prefix}{number}.>" for number in numbers]})
            messages += answer.messages
            if len(answer.messages) < _VERSIONS_PER_REQUEST:
                return messages

    async def _find_stored(self, message: Message) -> int | None:
        for stored in await self._messages_of(message.filter):
            if stored.headers.get("Nats-Msg-Id") == message.event_id:
                return stored.sequence
        return await self._find_at_leader(message) if await self._replicas() > 1 else None

    async def _find_at_leader(self, message: Message) -> int | None:
        found = await self._last_at_leader(message.subject)
        if found is None or message.event_id.encode() not in base64.b64decode(found["hdrs"]):
            return None
        return int(found["seq"])


def _recorded(message: StoredMessage) -> RecordedEvent:
    return from_stored(message.sequence, message.subject, message.headers, message.body)
