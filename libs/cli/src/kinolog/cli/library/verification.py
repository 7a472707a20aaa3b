"""Reading back what an import has told: from the log, and each file's bytes from where they are stored."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from kinolog.cli.library.export import Claims, OldProject, OldVideo
from kinolog.cli.library.record import Problem
from kinolog.cli.library.retelling import Names
from kinolog.common.aggregates import PROJECT, VIDEO
from kinolog.common.aggregates.base import fold
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import BlobMissing
from kinolog.common.events import BlobRef, RecordedEvent
from kinolog.common.events.project import ProjectCreated
from kinolog.common.events.video import VideoRegistered
from kinolog.common.log import EventLog


@dataclass(frozen=True, slots=True)
class Verification:
    """Every method returns what is wrong; nothing is."""

    log: EventLog
    blobs: BlobStore
    names: Names
    duration_tolerance_seconds: float

    async def project_faults(self, old: OldProject) -> list[Problem]:
        events = await self.log.read(PROJECT.kind, self.names.project(old.old_id))
        first = events[0].event if events else None
        if not isinstance(first, ProjectCreated):
            return [Problem(old.place, "is not in the log")]
        told = {"name": (old.name, first.name), "created_at": (old.created_at or old.updated_at, _time(events))}
        return list(_unequal(old.place, told))

    async def video_faults(self, old: OldVideo) -> list[Problem]:
        events = await self._events(old)
        first = _registered(events)
        if first is None:
            return [Problem(old.place, "is not in the log")]
        told = {
            "project": (self.names.project(old.project_old_id), first.project_id),
            "title": (old.title, first.title),
            "filename": (old.filename, first.filename),
            "created_at": (old.created_at or old.updated_at, _time(events)),
        }
        faults = list(_unequal(old.place, told))
        video = fold(VIDEO, self.names.video(old.old_id), events).state
        # Once somebody here has removed the video, or given it another file, its first one need not be kept.
        is_kept = video is not None and video.content == first.content
        return [*faults, *await self._blob_faults(old, first.content)] if is_kept else faults

    async def differences(self, old: OldVideo) -> list[Problem]:
        """Where the file is not what the list says of it."""
        first = _registered(await self._events(old))
        return [] if first is None else list(self._against(old.place, old.claims, first))

    async def _events(self, old: OldVideo) -> list[RecordedEvent]:
        return await self.log.read(VIDEO.kind, self.names.video(old.old_id))

    async def _blob_faults(self, old: OldVideo, blob: BlobRef) -> list[Problem]:
        digest = hashlib.sha256()
        try:
            async for chunk in self.blobs.stream(blob):
                digest.update(chunk)
        except BlobMissing:
            return [Problem(old.place, f"its file {blob.sha256} is not stored")]
        if digest.hexdigest() != blob.sha256:
            return [Problem(old.place, f"its stored file {blob.sha256} has other bytes than it should")]
        return []

    def _against(self, place: str, claims: Claims, facts: VideoRegistered) -> Iterator[Problem]:
        told = {
            "sha256": (claims.sha256, facts.content.sha256),
            "size_bytes": (claims.size_bytes, facts.size_bytes),
            "width": (claims.width, facts.width),
            "height": (claims.height, facts.height),
        }
        yield from _unequal(place, told)
        if claims.duration is not None and abs(claims.duration - facts.duration) > self.duration_tolerance_seconds:
            yield Problem(f"{place}.duration", f"{claims.duration:g} s in the list, {facts.duration:g} s in the file")


def _registered(events: list[RecordedEvent]) -> VideoRegistered | None:
    first = events[0].event if events else None
    return first if isinstance(first, VideoRegistered) else None


def _time(events: list[RecordedEvent]) -> datetime:
    return events[0].occurred_at


def _unequal(place: str, told: Mapping[str, tuple[object, object]]) -> Iterator[Problem]:
    """What the list does not tell cannot be wrong."""
    for name, (expected, found) in told.items():
        if expected is not None and expected != found:
            yield Problem(f"{place}.{name}", f"{expected} in the list, {found} here")
