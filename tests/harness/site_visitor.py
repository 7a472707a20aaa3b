"""Runs the jobs that read sites as the worker runs them, from servers on loopback that are allowed for the purpose."""

from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from kinolog.common.jobs import JOB_TYPES
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.context import JobContext
from kinolog.ingest import wiring
from kinolog.ingest.settings import IngestSettings

LOOPBACK = ip_network("127.0.0.1/32")

# What reads the pages of these tests. That some 1,800 others look at each page first takes two seconds.
READERS = ("generic", "html5")
ALL_READERS = ("default",)


@dataclass
class Visitor:
    """Runs attempts of jobs; `settings` are the usual ones with a test's changes, and few readers of sites."""

    workshop: Workshop
    settings: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, url: str, type_: str = "download", **choices: Any) -> Any:
        """The output of a new job that is carried out and committed."""
        ctx = await self.begin(url, type_, **choices)
        return await self.attempt(ctx)

    async def begin(self, url: str, type_: str = "download", **choices: Any) -> JobContext:
        return await self.workshop.begin("ingest", type=type_, queue="ingest", input_data={"url": url, **choices})

    async def attempt(self, ctx: JobContext) -> BaseModel:
        kind = JOB_TYPES[ctx.job.type]
        given = kind.input_model.model_validate(ctx.job.input_data)
        output: BaseModel = await wiring.handlers(self._settings(ctx.job.input_data["url"]))[kind.name](given, ctx)
        await self.workshop.commit(ctx)
        return output

    @property
    def kept(self) -> list[Path]:
        """What is kept of unfinished downloads."""
        return list(self.workshop.folder.glob("work/downloads/*/*"))

    def _settings(self, url: str) -> IngestSettings:
        usual = {
            "work_dir": self.workshop.folder / "work",
            "ingest_allowed_networks": (LOOPBACK,),
            "ingest_allowed_ports": (urlsplit(url).port,),
            "ingest_analyzes_new_videos": False,
            "site_extractors": READERS,
        }
        return IngestSettings.model_validate({**usual, **self.settings})
