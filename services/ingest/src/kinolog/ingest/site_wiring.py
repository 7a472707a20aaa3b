"""Builds what reads sites from the service's settings."""

from kinolog.common.sealing import Sealer
from kinolog.ingest.adapters.egress import Egress
from kinolog.ingest.adapters.site import Site
from kinolog.ingest.adapters.site_child import SiteBounds, SiteChild
from kinolog.ingest.adapters.site_merge import SiteMerge
from kinolog.ingest.domain.site import SiteLimits
from kinolog.ingest.settings import IngestSettings


def site_of(settings: IngestSettings, egress: Egress) -> Site:
    child, merge = SiteChild(egress, _bounds(settings)), _merge(settings)
    return Site(child, merge, _limits(settings), Sealer(settings.secrets_keys))


def _bounds(settings: IngestSettings) -> SiteBounds:
    return SiteBounds(
        max_page_bytes=settings.site_max_page_bytes,
        look_timeout_seconds=settings.site_look_timeout_seconds,
        look_cpu_seconds=settings.site_look_cpu_seconds,
        fetch_timeout_seconds=settings.site_fetch_timeout_seconds,
        fetch_cpu_seconds=settings.site_fetch_cpu_seconds,
        stall_seconds=settings.site_stall_seconds,
        memory_bytes=settings.site_memory_bytes,
    )


def _limits(settings: IngestSettings) -> SiteLimits:
    return SiteLimits(
        max_bytes=settings.ingest_max_download_bytes,
        max_duration_seconds=settings.media_max_duration_seconds,
        idle_timeout_seconds=settings.ingest_idle_timeout_seconds,
        longest_retry_after_seconds=settings.ingest_longest_retry_after_seconds,
        connections=settings.site_connections,
        extractors=settings.site_extractors,
    )


def _merge(settings: IngestSettings) -> SiteMerge:
    return SiteMerge(
        timeout_seconds=settings.site_fetch_timeout_seconds,
        stall_seconds=settings.site_stall_seconds,
        cpu_seconds=settings.site_fetch_cpu_seconds,
        memory_bytes=settings.site_memory_bytes,
        file_bytes=settings.ingest_max_download_bytes,
    )
