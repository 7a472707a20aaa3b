"""What is to be done with an old library, and the parts that do it."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final

from kinolog.cli.audit import find_installation, opened
from kinolog.cli.errors import BadSetting, Incomplete
from kinolog.cli.library.bars import ImportBars
from kinolog.cli.library.export import read_export
from kinolog.cli.library.file_finder import FileFinder
from kinolog.cli.library.library_import import LibraryImport
from kinolog.cli.library.record import Notes
from kinolog.cli.library.report import LibraryReport
from kinolog.cli.library.retelling import Names
from kinolog.cli.library.settings import ImportSettings
from kinolog.cli.library.telling import Teller
from kinolog.cli.library.verification import Verification
from kinolog.cli.talk import console
from kinolog.common.blobs import BlobStore
from kinolog.common.clock import system_clock
from kinolog.common.ids import new_id
from kinolog.common.log import EventLog
from kinolog.common.media.inspector import Inspector
from kinolog.common.media.settings import MediaSettings
from kinolog.common.settings import read_environment

_COPY_BYTES: Final = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryOrder:
    """`files` is the folder of the old files; the others are as for `find_installation`."""

    source: Path
    files: Path
    library: str
    report_file: Path | None
    settings: ImportSettings
    is_rehearsal: bool
    data_dir: Path | None = None
    nats_url: str | None = None
    blobs_url: str | None = None

    async def run(self) -> None:
        """Raises BadExport, and Incomplete where something is missing, once all else was taken in."""
        if self.report_file is not None and not self.report_file.absolute().parent.is_dir():
            raise BadSetting(f"--report {self.report_file}: there is no such folder")
        notes = Notes(system_clock(), self.settings.earliest_year)
        export = read_export(self.source, notes, self.settings.export_max_bytes)
        report = LibraryReport(self.source, notes)
        installation, _ = find_installation(self.data_dir, self.nats_url, self.blobs_url)
        async with opened(installation) as (log, _):
            if not self.is_rehearsal:
                report.backup = back_up(self.source)
            with ExitStack() as stack:
                stack.callback(self._tell, report)
                bars = stack.enter_context(ImportBars(console))
                await self._import(log, BlobStore.open(installation.blobs_url), report).run(export, bars)
        if not report.is_complete:
            raise Incomplete("not everything could be taken in; the same command again takes in what is missing")

    def _import(self, log: EventLog, blobs: BlobStore, report: LibraryReport) -> LibraryImport:
        names = Names(self.library)
        return LibraryImport(
            teller=Teller(log, new_id("imp")),
            blobs=blobs,
            inspector=Inspector(read_environment(MediaSettings)),
            finder=FileFinder(self.files),
            verification=Verification(log, blobs, names, self.settings.duration_tolerance_seconds),
            names=names,
            report=report,
            jobs=self.settings.jobs,
            is_rehearsal=self.is_rehearsal,
            analyzes=self.settings.analyzes_new_videos,
        )

    def _tell(self, report: LibraryReport) -> None:
        for table in report.tables():
            console.print(table)
        if self.report_file is not None:
            report.write(self.report_file)


def back_up(path: Path) -> Path:
    """Copy a file to a new name beside it. Raises BadSetting where that cannot be."""
    moment = system_clock().astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    copy = path.with_name(f"{path.name}.{moment}.bak")
    try:
        with path.open("rb") as source, copy.open("xb") as target:
            while chunk := source.read(_COPY_BYTES):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise BadSetting(f"{copy}: the backup cannot be written: {error.strerror}") from error
    return copy
