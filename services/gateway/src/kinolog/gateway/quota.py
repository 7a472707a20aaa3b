"""How much may be stored: by a project, and by a caller; uploads under way keep their room free for each other.

What is taken comes from the catalog. It counts the videos that are not deleted and the upload jobs that have not ended;
what has not become a job yet is only known here, so that each of several gateways lets in what it alone would.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import structlog

from kinolog.common.controls import ProjectQuota, quota_setting
from kinolog.common.ids import new_id
from kinolog.common.queries import Usage
from kinolog.gateway.controls import control_of, find_setting
from kinolog.gateway.desk import Desk
from kinolog.gateway.domain.wish import Wish
from kinolog.gateway.listing import Catalog
from kinolog.gateway.problems import FieldError, Problem

_FETCHING: Final = frozenset({"download", "download_playlist"})

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DefaultQuotas:
    """Bytes; 0 is any number. A project may have a setting of its own."""

    project_bytes: int = 0
    caller_bytes: int = 0


@dataclass(frozen=True, slots=True)
class _Quota:
    """`project_id` is None for the quota of the caller. There is one caller, so all videos are theirs."""

    project_id: str | None
    most_bytes: int

    @property
    def owner(self) -> str:
        return "the caller" if self.project_id is None else "the project"


@dataclass(frozen=True, slots=True)
class _Room:
    project_id: str
    size_bytes: int


class Quotas:
    """Asks the catalog only where there is a quota."""

    def __init__(self, desk: Desk, catalog: Catalog, defaults: DefaultQuotas) -> None:
        self._desk, self._catalog, self._defaults = desk, catalog, defaults
        self._held: dict[str, _Room] = {}

    async def refuse_over_quota(self, project_id: str, more_bytes: int, *, holder: str | None = None) -> None:
        """Raises the problem `quota-exceeded`. While the catalog is away, everything is let in.

        With a `holder`, e.g. the id of an upload, the room is kept for it until `release`.
        """
        if holder is not None:
            # Behind all others, before anything is awaited: of two who ask at the same time, the second sees the first.
            self.release(holder)
            self.hold(holder, project_id, more_bytes)
        try:
            for quota in await self._quotas(project_id):
                await self._refuse_beyond(quota, more_bytes, holder)
        except BaseException:
            if holder is not None:
                self.release(holder)
            raise

    async def refuse_full(self, wish: Wish) -> None:
        """Raises the problem `quota-exceeded` for a job that fetches videos, where there is no room for a byte more."""
        submission = wish.submission
        if submission.type in _FETCHING and submission.project_id is not None:
            await self.refuse_over_quota(submission.project_id, 1)

    @asynccontextmanager
    async def holder(self) -> AsyncIterator[str]:
        """One whose room is released at the end of the block."""
        holder = new_id("room")
        try:
            yield holder
        finally:
            self.release(holder)

    def hold(self, holder: str, project_id: str, size_bytes: int) -> None:
        """Keep room without asking: for an upload that was let in before, e.g. by the gateway before its restart."""
        self._held[holder] = _Room(project_id, size_bytes)

    def release(self, holder: str) -> None:
        """Its upload has become a job, or never will. Releasing twice changes nothing."""
        self._held.pop(holder, None)

    async def limit_of(self, project_id: str) -> int:
        """The bytes that hold for a project; 0 is any number."""
        setting = await find_setting(self._desk, quota_setting(project_id))
        own = control_of(ProjectQuota, setting).quota_bytes
        return self._defaults.project_bytes if own is None else own

    async def _quotas(self, project_id: str) -> Iterable[_Quota]:
        quotas = _Quota(project_id, await self.limit_of(project_id)), _Quota(None, self._defaults.caller_bytes)
        return [quota for quota in quotas if quota.most_bytes]

    async def _refuse_beyond(self, quota: _Quota, more_bytes: int, holder: str | None) -> None:
        """Asks twice before it refuses on account of others, who may have become jobs and been counted twice."""
        for is_last in (False, True):
            held_bytes = self._held_before(holder, quota.project_id)
            usage = await self._usage(quota)
            if usage is None:
                return
            taken_bytes = usage.used_bytes + usage.announced_bytes + held_bytes
            if taken_bytes + more_bytes <= quota.most_bytes:
                return
            if is_last or not held_bytes:
                raise _exceeded(quota, taken_bytes, more_bytes)

    async def _usage(self, quota: _Quota) -> Usage | None:
        try:
            return await self._catalog.usage(quota.project_id, self._desk.newest_sequence)
        except Problem as problem:
            if problem.kind != "catalog-unavailable":
                raise
            _logger.warning("Let in without a look at the quota", project_id=quota.project_id, reason=problem.detail)
            return None

    def _held_before(self, holder: str | None, project_id: str | None) -> int:
        """What those hold who asked before, of one project or of all."""
        before = takewhile(lambda held: held[0] != holder, self._held.items())
        return sum(room.size_bytes for _, room in before if project_id in (None, room.project_id))


def _exceeded(quota: _Quota, taken_bytes: int, more_bytes: int) -> Problem:
    detail = (
        f"{quota.owner} has {taken_bytes} of {quota.most_bytes} bytes in use or announced, and {more_bytes} more "
        "were asked for: delete videos, or raise the quota"
    )
    return Problem("quota-exceeded", detail, errors=[FieldError("/project_id", detail)])
