"""A gateway on doubles, and callers that reach it without a network."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from kinolog.common.blobs import BlobStore
from kinolog.common.clock import system_clock
from kinolog.common.log.memory import MemoryLog
from kinolog.common.media.picture import PictureInspector
from kinolog.common.sealing import Sealer, new_key
from kinolog.common.worker.memory import MemoryBoard
from kinolog.gateway.desk import Desk
from kinolog.gateway.frames import DrawnFrame
from kinolog.gateway.live import Live
from kinolog.gateway.look import LookCheck
from kinolog.gateway.memory import MemoryCatalog, MemoryLanes, MemoryRenderer
from kinolog.gateway.params import Gateway
from kinolog.gateway.quota import Quotas
from kinolog.gateway.settings import GatewaySettings
from kinolog.gateway.wiring import build_app, default_quotas, doorkeeper, font_checker, job_limits, resumable_uploads

TOKEN = "a-token-for-tests"


@pytest.fixture(scope="session")
def settings() -> GatewaySettings:
    return GatewaySettings(
        token=SecretStr(TOKEN),
        secrets_keys=SecretStr(new_key()),
        max_body_bytes=50_000,
        max_upload_bytes=100_000,
        upload_patch_bytes=200_000,
        upload_segment_bytes=1_000,
        max_upload_pieces=30,
        max_open_uploads=5,
        upload_handover_seconds=0.3,
        picture_max_bytes=100_000,
        picture_max_pixels=1_000_000,
        max_font_bytes=300_000,
        max_fonts=3,
        body_idle_seconds=0.2,
        linger_seconds=0.2,
    )


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def board() -> MemoryBoard:
    return MemoryBoard()


@pytest.fixture
def catalog(log: MemoryLog, blobs: BlobStore) -> MemoryCatalog:
    return MemoryCatalog(log, blobs)


@pytest.fixture
def blobs() -> BlobStore:
    return BlobStore.open("memory://")


@pytest.fixture
def gateway(
    log: MemoryLog, board: MemoryBoard, catalog: MemoryCatalog, blobs: BlobStore, settings: GatewaySettings
) -> Gateway:
    desk = Desk(log)
    quotas = Quotas(desk, catalog, default_quotas(settings))
    return Gateway(
        log=log,
        desk=desk,
        blobs=blobs,
        uploads=resumable_uploads(blobs, desk, quotas, settings),
        pictures=PictureInspector(settings),
        renderer=MemoryRenderer(DrawnFrame(0.96, "Arimo", b"a picture")),
        catalog=catalog,
        board=board,
        queue_gauge=MemoryLanes(),
        live=Live(log, ring_size=10, progress_queue_size=10),
        doorkeeper=doorkeeper(settings),
        quotas=quotas,
        sealer=Sealer(settings.secrets_keys),
        looks=LookCheck(desk),
        job_limits=job_limits(settings),
        fonts=font_checker(settings),
        clock=system_clock,
        ws_send_timeout_seconds=1.0,
        sse_keepalive_seconds=1.0,
        presence_interval_seconds=2.0,
        bulk_seconds=settings.bulk_seconds,
        most_in_flight=settings.max_appends_in_flight,
        most_secret_bytes=settings.max_secret_bytes,
        most_fonts=settings.max_fonts,
    )


@pytest.fixture(scope="session")
def built() -> list[FastAPI]:
    """The application, once a test has needed it."""
    return []


@pytest.fixture
def app(gateway: Gateway, settings: GatewaySettings, built: list[FastAPI]) -> FastAPI:
    """One for all tests, on the gateway of each: to put its routes together takes longer than most tests."""
    if not built:
        built.append(build_app(gateway, settings))
    built[0].state.gateway = gateway
    return built[0]


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A caller without a token. No exception may get past the gateway, so none is caught here."""
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway:8420") as client:
        yield client


@pytest.fixture
def caller(stranger: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """The owner, who has the token."""
    stranger.headers["Authorization"] = f"Bearer {TOKEN}"
    return stranger
