"""What the jobs of this service need done outside."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from kinolog.common.jobs import DownloadInput, DownloadStrategy
from kinolog.common.media.ask import OnPercent
from kinolog.common.media.inspector import Inspected
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.fetching import Fetched, Fingerprint


class FingerprintReader(Protocol):
    async def __call__(self, file: Path, on_percent: OnPercent) -> Fingerprint:
        """Read a whole file to tell its size and hash."""
        ...


class MediaInspector(Protocol):
    async def inspect(self, file: Path, workdir: Path, *, on_percent: OnPercent) -> Inspected:
        """What is in a file, with a poster frame in `workdir`. Raises PermanentError for one that is not taken."""
        ...


class Chooser(Protocol):
    async def choose(self, job: DownloadInput, ctx: JobContext) -> DownloadStrategy:
        """The way to get what is behind a job's address: never AUTO. Raises WorkError."""
        ...


class Strategy(Protocol):
    """A way of getting the file behind a URL. `folder` is kept for the job's next attempt. Every method raises
    WorkError.
    """

    async def identify(self, job: DownloadInput, folder: Path, ctx: JobContext) -> str | None:
        """What names the file where it is, the same for all its addresses; None where nothing does."""
        ...

    async def fetch(self, job: DownloadInput, folder: Path, ctx: JobContext) -> Fetched:
        """Get the file into `folder`."""
        ...


class Shelf(Protocol):
    def place_for(self, ctx: JobContext) -> AbstractAsyncContextManager[Path]:
        """A folder of the job, kept over its attempts and gone after its end."""
        ...
