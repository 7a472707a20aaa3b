"""Builds the service from its settings: the one place where concrete things are chosen."""

from kinolog.common.jobs import DownloadStrategy
from kinolog.common.media.inspector import Inspector
from kinolog.common.reach import Reach
from kinolog.common.room import Room, with_room
from kinolog.common.worker.attempt import Handler
from kinolog.ingest.adapters.automatic import Automatic
from kinolog.ingest.adapters.direct import Direct
from kinolog.ingest.adapters.egress import Egress
from kinolog.ingest.adapters.egress_pass import EgressLimits
from kinolog.ingest.adapters.fingerprint import fingerprint
from kinolog.ingest.adapters.guard import Guard
from kinolog.ingest.adapters.shelf import Shelf
from kinolog.ingest.analysis_wiring import analysis_of
from kinolog.ingest.domain.fetching import FetchLimits
from kinolog.ingest.handlers.download import DownloadHandler
from kinolog.ingest.handlers.follow_up import followed_by_analysis
from kinolog.ingest.handlers.playlist import PlaylistHandler
from kinolog.ingest.handlers.ports import Strategy
from kinolog.ingest.handlers.upload import UploadHandler
from kinolog.ingest.settings import IngestSettings
from kinolog.ingest.site_wiring import site_of


def handlers(settings: IngestSettings) -> dict[str, Handler]:
    """A handler for each job type of the queue `ingest`."""
    room = Room.of(settings)
    inspector, direct = Inspector(settings), Direct(egress(settings), fetch_limits(settings), room)
    chooser, site = Automatic(egress(settings), fetch_limits(settings)), site_of(settings, egress(settings))
    strategies: dict[DownloadStrategy, Strategy] = {DownloadStrategy.DIRECT: direct, DownloadStrategy.SITE: site}
    download = DownloadHandler(inspector, chooser, strategies, Shelf(settings.work_dir / "downloads", room))
    bringing: dict[str, Handler] = {
        "upload": with_room(UploadHandler(fingerprint, inspector).upload, room),
        "download": download.download,
    }
    if settings.ingest_analyzes_new_videos:
        bringing = {name: followed_by_analysis(handler) for name, handler in bringing.items()}
    return {
        **bringing,
        "download_playlist": PlaylistHandler(site).download_playlist,
        "analyze": with_room(analysis_of(settings).analyze, room),
    }


def guard(settings: IngestSettings) -> Guard:
    return Guard(Reach(settings.ingest_allowed_networks, frozenset(settings.ingest_allowed_ports)))


def egress(settings: IngestSettings) -> Egress:
    limits = EgressLimits(
        max_head_bytes=settings.egress_max_head_bytes,
        max_connections=settings.egress_max_connections,
        max_connections_at_once=settings.egress_max_connections_at_once,
        max_connection_bytes=settings.egress_max_connection_bytes,
        head_timeout_seconds=settings.egress_head_timeout_seconds,
        connect_timeout_seconds=settings.ingest_connect_timeout_seconds,
        idle_timeout_seconds=settings.ingest_idle_timeout_seconds,
        lowest_speed_bytes_per_second=settings.ingest_lowest_speed_bytes_per_second,
        speed_window_seconds=settings.ingest_speed_window_seconds,
    )
    return Egress(guard(settings), limits)


def fetch_limits(settings: IngestSettings) -> FetchLimits:
    return FetchLimits(
        max_bytes=settings.ingest_max_download_bytes,
        max_redirects=settings.ingest_max_redirects,
        connections=settings.ingest_connections,
        least_piece_bytes=settings.ingest_least_piece_bytes,
        answer_timeout_seconds=settings.ingest_answer_timeout_seconds,
        idle_timeout_seconds=settings.ingest_idle_timeout_seconds,
        lowest_speed_bytes_per_second=settings.ingest_lowest_speed_bytes_per_second,
        speed_window_seconds=settings.ingest_speed_window_seconds,
        max_resumptions=settings.ingest_max_resumptions,
        resume_pause_seconds=settings.ingest_resume_pause_seconds,
        longest_retry_after_seconds=settings.ingest_longest_retry_after_seconds,
        checkpoint_interval_seconds=settings.ingest_checkpoint_interval_seconds,
    )
