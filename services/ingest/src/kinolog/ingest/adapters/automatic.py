"""Finding out what an address is: a file of media, or a page or list that shows one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

import httpx2

from kinolog.common.clock import system_clock
from kinolog.common.errors import PassingError
from kinolog.common.jobs import DownloadChoices, DownloadInput, DownloadStrategy
from kinolog.common.worker.context import JobContext
from kinolog.ingest.adapters.asking import opened_asking
from kinolog.ingest.adapters.egress import Egress
from kinolog.ingest.adapters.http_answer import refusal
from kinolog.ingest.domain.fetching import FetchLimits

_OF_ANY_FILE: Final = frozenset({"rate_limit_bytes_per_second", "is_forced"})
_MANIFESTS: Final = frozenset({".m3u8", ".m3u", ".mpd", ".ism", ".f4m"})
_MEDIA: Final = ("video/", "audio/", "application/octet-stream", "application/mp4", "application/ogg", "binary/")
_MANIFEST_WORDS: Final = ("mpegurl", "dash+xml", "sstr+xml")


@dataclass(frozen=True, slots=True)
class Automatic:
    egress: Egress
    limits: FetchLimits

    async def choose(self, job: DownloadInput, ctx: JobContext) -> DownloadStrategy:
        """Raises WorkError where the address gives nothing: there is no point in asking again in another way."""
        if job.strategy is not DownloadStrategy.AUTO:
            return job.strategy
        if _names_a_sites_choices(job):
            return DownloadStrategy.SITE
        # Only a direct download leaves checkpoints.
        if ctx.checkpoint_of_last_attempt is not None:
            return DownloadStrategy.DIRECT
        return await self._look(job.url)

    async def _look(self, url: str) -> DownloadStrategy:
        try:
            async with opened_asking(self.egress, self.limits) as asking, asking.answered(url, {}) as response:
                if response.status_code not in (200, 206):
                    wait = self.limits.longest_retry_after_seconds
                    now = system_clock()
                    raise refusal(response.status_code, response.headers, now=now, longest_wait_seconds=wait)
                return kind_of(str(response.url), response.headers)
        except (httpx2.TransportError, TimeoutError) as error:
            message = "The server cannot be reached: check the address."
            raise PassingError("source_unreachable", message, detail=repr(error)) from error


def kind_of(url: str, headers: Mapping[str, str]) -> DownloadStrategy:
    """By what the server calls it, and by its address where that says nothing."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    if suffix in _MANIFESTS or any(word in media_type for word in _MANIFEST_WORDS):
        return DownloadStrategy.SITE
    is_file = not media_type or media_type.startswith(_MEDIA) or "attachment" in headers.get("content-disposition", "")
    return DownloadStrategy.DIRECT if is_file else DownloadStrategy.SITE


def _names_a_sites_choices(job: DownloadInput) -> bool:
    usual = DownloadChoices()
    named = set(DownloadChoices.model_fields) - _OF_ANY_FILE
    return any(getattr(job, name) != getattr(usual, name) for name in named)
