"""Downloads as the worker runs them, from servers on loopback that are allowed for the purpose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kinolog.common.jobs import DownloadInput, DownloadOutput, DownloadStrategy
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import Zoo
from kinolog.common.worker.context import JobContext
from kinolog.ingest import wiring
from kinolog.ingest.settings import IngestSettings

LOOPBACK = ip_network("127.0.0.1/32")


@dataclass
class Downloader:
    """Runs attempts of one job; `settings` are the usual ones with a test's changes."""

    workshop: Workshop
    settings: dict[str, Any] = field(default_factory=dict)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    job: Any = None

    async def __call__(self, url: str, **choices: Any) -> DownloadOutput:
        ctx = await self.attempt(url)
        handlers = wiring.handlers(self.settings_for(url))
        job = DownloadInput.model_validate({"url": url, "strategy": DownloadStrategy.DIRECT, **choices})
        output = await handlers["download"](job, ctx)
        assert isinstance(output, DownloadOutput)
        await self.workshop.commit(ctx)
        return output

    @property
    def kept(self) -> list[Path]:
        """What is kept of unfinished downloads."""
        return list(self.workshop.folder.glob("work/downloads/*/*"))

    async def attempt(self, url: str) -> JobContext:
        """The first one of a new job, or else its next one, which finds the last checkpoint."""
        if self.job is None:
            self.job = (await self.workshop.begin("ingest", type="download", input_data={"url": url})).job
        checkpoint = self.checkpoints[-1] if self.checkpoints else None
        self.job = self.job.model_copy(update={"attempt": self.job.attempt + 1, "checkpoint": checkpoint})
        return JobContext(
            self.job,
            service="ingest",
            log=self.workshop.log,
            blobs=self.workshop.blobs,
            workdir=self.workshop.folder / "work" / f"{self.job.id}-{self.job.attempt}",
            on_progress=self.workshop.reports.append,
            on_checkpoint=self._save,
        )

    async def _save(self, state: dict[str, Any]) -> None:
        self.checkpoints.append(state)

    def settings_for(self, url: str) -> IngestSettings:
        usual = {
            "work_dir": self.workshop.folder / "work",
            "ingest_allowed_networks": (LOOPBACK,),
            "ingest_allowed_ports": (urlsplit(url).port,),
            "ingest_resume_pause_seconds": 0.01,
        }
        return IngestSettings.model_validate({**usual, **self.settings})


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def downloader(workshop: Workshop) -> Callable[..., Downloader]:
    return lambda **settings: Downloader(workshop, settings)


@pytest.fixture
def download(downloader: Callable[..., Downloader]) -> Downloader:
    return downloader()


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Some hundred kilobytes that are a clip."""
    return make_clip(tmp_path_factory.mktemp("film"), "film.mp4").read_bytes()


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Zoo:
    """The films are made once, whatever the number of processes that run the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "zoo"
    folder.mkdir(exist_ok=True)
    return Zoo(folder)
