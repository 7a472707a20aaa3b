"""Puts the gateway together: the parts from a running service and settings, the application from the parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import uvicorn
from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from kinolog.common.blobs import BlobStore
from kinolog.common.child import Limits as ChildLimits
from kinolog.common.clock import system_clock
from kinolog.common.leftovers import sweeping
from kinolog.common.media.picture import PictureInspector
from kinolog.common.sealing import Sealer
from kinolog.common.service import VERSION, Service
from kinolog.common.settings import JobLimitSettings
from kinolog.gateway import translation
from kinolog.gateway.adapters.catalog import NatsCatalog
from kinolog.gateway.adapters.font_checker import SanitisedFonts
from kinolog.gateway.adapters.lanes import JetStreamLanes
from kinolog.gateway.adapters.progress import listen
from kinolog.gateway.adapters.renderer import NatsRenderer
from kinolog.gateway.auth import Doorkeeper, RequireCaller
from kinolog.gateway.desk import Desk
from kinolog.gateway.domain.job_limits import JobLimits
from kinolog.gateway.edge import FORM_BYTES, Edge, Limits
from kinolog.gateway.handlers import (
    batches,
    caption_preview,
    caption_text,
    captions,
    default_caption,
    events,
    fonts,
    hls,
    jobs,
    media,
    page,
    pictures,
    pipelines,
    presets,
    preview,
    probe,
    projects,
    queues,
    quotas,
    rendering,
    scenes,
    schedules,
    search,
    secrets,
    shares,
    socket,
    status,
    steering,
    storyboard,
    tus,
    uploads,
    videos,
    waveform,
    workers,
)
from kinolog.gateway.linger import Linger
from kinolog.gateway.live import Live
from kinolog.gateway.look import LookCheck
from kinolog.gateway.openapi import PROBLEM_RESPONSES, DescribedApp
from kinolog.gateway.params import Gateway
from kinolog.gateway.query_names import refuse_unknown_parameters
from kinolog.gateway.quota import DefaultQuotas, Quotas
from kinolog.gateway.server import Server
from kinolog.gateway.settings import GatewaySettings
from kinolog.gateway.uploads.disk import UploadDisk
from kinolog.gateway.uploads.resumable import UploadLimits, Uploads
from kinolog.gateway.uploads.shelf import UploadShelf
from kinolog.gateway.uploads.turns import UploadTurns
from kinolog.gateway.uploads.tus_edge import TusEdge

# The order matters where addresses overlap: `/v1/videos/upload` comes before `/v1/videos/{id}/…`.
ROUTERS = (
    projects,
    shares,
    quotas,
    uploads,
    tus,
    pictures,
    fonts,
    media,
    hls,
    scenes,
    probe,
    preview,
    storyboard,
    waveform,
    rendering,
    videos,
    default_caption,
    captions,
    caption_preview,
    caption_text,
    search,
    steering,
    batches,
    pipelines,
    jobs,
    schedules,
    secrets,
    presets,
    queues,
    workers,
    events,
    status,
    socket,
    page,
)


@asynccontextmanager
async def open_gateway(service: Service, settings: GatewaySettings) -> AsyncIterator[Gateway]:
    live = Live(service.log, ring_size=settings.ring_size_events, progress_queue_size=settings.ws_progress_queue_size)
    async with listen(service.reads, live.report), sweeping(service.blobs, settings.blob_leftover_hours):
        desk, catalog = Desk(service.log), NatsCatalog(service.reads, settings.catalog_timeout_seconds)
        quota = Quotas(desk, catalog, default_quotas(settings))
        yield Gateway(
            log=service.log,
            desk=desk,
            blobs=service.blobs,
            uploads=resumable_uploads(service.blobs, desk, quota, settings),
            pictures=PictureInspector(settings),
            renderer=renderer(service, settings),
            catalog=catalog,
            board=service.board,
            queue_gauge=JetStreamLanes(service.reads),
            live=live,
            doorkeeper=doorkeeper(settings),
            quotas=quota,
            sealer=Sealer(settings.secrets_keys),
            looks=LookCheck(desk, knows_all_fonts=not settings.render_fonts_dir),
            job_limits=job_limits(settings),
            fonts=font_checker(settings),
            clock=system_clock,
            ws_send_timeout_seconds=settings.ws_send_timeout_seconds,
            sse_keepalive_seconds=settings.sse_keepalive_seconds,
            presence_interval_seconds=settings.presence_interval_seconds,
            bulk_seconds=settings.bulk_seconds,
            most_in_flight=settings.max_appends_in_flight,
            most_secret_bytes=settings.max_secret_bytes,
            most_fonts=settings.max_fonts,
        )


def renderer(service: Service, settings: GatewaySettings) -> NatsRenderer:
    return NatsRenderer(
        service.reads,
        timeout_seconds=settings.frame_wait_seconds,
        most_bytes=settings.frame_most_bytes,
        most_at_once=settings.frames_asked_at_once,
    )


def resumable_uploads(blobs: BlobStore, desk: Desk, quotas: Quotas, settings: GatewaySettings) -> Uploads:
    limits = UploadLimits(
        most_bytes=settings.max_upload_bytes,
        segment_bytes=settings.upload_segment_bytes,
        most_pieces=settings.max_upload_pieces,
        most_open=settings.max_open_uploads,
        expiry=timedelta(seconds=settings.upload_expiry_seconds),
    )
    shelf, turns = UploadShelf(blobs), UploadTurns(settings.upload_handover_seconds)
    disk = UploadDisk(blobs, settings.storage_reserve_bytes)
    return Uploads(shelf, turns, desk, quotas, disk, limits, system_clock)


def job_limits(settings: JobLimitSettings) -> JobLimits:
    return JobLimits(
        trim_ranges=settings.trim_max_ranges,
        split_clips=settings.split_max_clips,
        preview_seconds=settings.preview_max_seconds,
        merge_videos=settings.merge_max_videos,
        slideshow_pictures=settings.slideshow_max_pictures,
    )


def font_checker(settings: GatewaySettings) -> SanitisedFonts:
    limits = ChildLimits(
        cpu_seconds=settings.font_cpu_seconds,
        memory_bytes=settings.font_memory_bytes,
        file_bytes=settings.max_font_bytes * 2,
    )
    return SanitisedFonts(limits, settings.font_timeout_seconds, settings.font_slots)


def doorkeeper(settings: GatewaySettings) -> Doorkeeper:
    """Cookies do not tell ports apart, so the port is in the name: two platforms on one host do not collide."""
    return Doorkeeper(settings.token.get_secret_value(), f"kinolog-{settings.port}", settings.allowed_origins)


def default_quotas(settings: GatewaySettings) -> DefaultQuotas:
    return DefaultQuotas(settings.project_quota_bytes, settings.caller_quota_bytes)


def build_app(gateway: Gateway, settings: GatewaySettings) -> FastAPI:
    app = DescribedApp(
        title="Kinolog",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_unknown_parameters)],
        responses=PROBLEM_RESPONSES,
        telemetry={
            "auto_configure": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            # A span would show the token of the link that opens the page.
            "exclude": lambda scope: scope["path"] == "/",
        },
        middleware=[
            Middleware(TusEdge),
            Middleware(Linger, seconds=settings.linger_seconds),
            Middleware(Edge, limits=limits(settings)),
            Middleware(RequireCaller, doorkeeper=gateway.doorkeeper),
        ],
    )
    app.state.gateway = gateway
    translation.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    return app


def limits(settings: GatewaySettings) -> Limits:
    return Limits(
        body_bytes=settings.max_body_bytes,
        upload_bytes=settings.max_upload_bytes,
        patch_bytes=settings.upload_patch_bytes,
        picture_bytes=settings.picture_max_bytes + FORM_BYTES,
        caption_bytes=settings.max_caption_bytes,
        font_bytes=settings.max_font_bytes + FORM_BYTES,
        header_bytes=settings.max_header_bytes,
        header_count=settings.max_header_count,
        url_bytes=settings.max_url_bytes,
        body_idle_seconds=settings.body_idle_seconds,
    )


def build_server(app: FastAPI, gateway: Gateway, settings: GatewaySettings) -> Server:
    """h11 and the pure-Python WebSocket are named, so that nothing else that is installed changes what is served."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="h11",
        ws="websockets-sansio",
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=settings.ws_message_bytes,
        ws_per_message_deflate=False,
        limit_concurrency=settings.max_connections,
        timeout_graceful_shutdown=settings.drain_seconds,
    )
    return Server(config, gateway.live)
