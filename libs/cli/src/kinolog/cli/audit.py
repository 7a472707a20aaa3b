"""`kinolog audit`: looks through the log, the blobs and the catalog of an installation for broken promises."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Column, Table

from kinolog.cli.data_folder import DataFolder
from kinolog.cli.errors import Unreachable, Violated
from kinolog.cli.nats_server import USER, remembered
from kinolog.cli.reaching import reached
from kinolog.cli.settings import read_settings
from kinolog.cli.tables import plain, plain_console
from kinolog.common.audit import Check, Report, Scope, audit
from kinolog.common.audit.client_lines import read_history
from kinolog.common.audit.rows import CatalogRows
from kinolog.common.blobs import BlobStore
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.settings import ServiceSettings, read_environment

app = typer.Typer()

_console: Final = plain_console()


@app.command("audit")
def audit_command(
    data_dir: Annotated[Path | None, typer.Option(help="Of a platform that runs here (default: data).")] = None,
    nats_url: Annotated[str | None, typer.Option(help="Instead of the folder's, or KINOLOG_NATS_URL.")] = None,
    blobs_url: Annotated[str | None, typer.Option(help="Instead of the folder's, or KINOLOG_BLOBS_URL.")] = None,
    history: Annotated[Path | None, typer.Option(help="What clients were told, as JSON lines.")] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Read every byte of every blob.")] = False,
    drained: Annotated[bool, typer.Option("--drained", help="No job may be under way any more.")] = False,
) -> None:
    """Check a running installation, and fail if it broke a promise. Changes nothing."""
    settings, created = find_installation(data_dir, nats_url, blobs_url)
    scope = Scope(
        history=read_history(history) if history else [],
        deep=deep,
        must_have_ended=drained,
        stream_created=created,
    )
    report = asyncio.run(_audit(settings, scope))
    show(report)
    if not report.is_clean:
        raise Violated(f"{report.violated.total()} violations")


def find_installation(
    data_dir: Path | None, nats_url: str | None, blobs_url: str | None
) -> tuple[ServiceSettings, str | None]:
    """How its parts are reached, and when its log was made, where the data folder remembers.

    The environment counts as everywhere, unless a folder is named; without either, the usual folder is taken.
    Raises BadSettings, and Unreachable for a folder where nothing ran.
    """
    given: dict[str, Any] = {"nats_url": nats_url} if nats_url else {}
    created = None
    if data_dir is not None or (nats_url is None and "KINOLOG_NATS_URL" not in os.environ):
        folder = DataFolder(read_settings(data_dir=data_dir).data_dir)
        given = _access_to(folder) | given
        created = folder.log_created_file.read_text() if folder.log_created_file.exists() else None
    return read_environment(ServiceSettings, **given | ({"blobs_url": blobs_url} if blobs_url else {})), created


def _access_to(folder: DataFolder) -> dict[str, Any]:
    access = remembered(folder.nats)
    if access is None:
        raise Unreachable(f"no platform ran in {folder.root}: name its folder with --data-dir, or give --nats-url")
    return {
        "nats_url": access.url,
        "nats_user": USER,
        "nats_password": access.password,
        "blobs_url": folder.blobs_url,
    }


async def _audit(settings: ServiceSettings, scope: Scope) -> Report:
    async with opened(settings) as (log, rows):
        return await audit(log, scope.reaching(BlobStore.open(settings.blobs_url), rows))


@asynccontextmanager
async def opened(settings: ServiceSettings) -> AsyncIterator[tuple[JetStreamLog, CatalogRows]]:
    """Raises Unreachable where no NATS server answers, or lets us in."""
    async with reached(settings, "kinolog-audit") as client, JetStreamLog.open(client, client, settings) as log:
        yield log, CatalogRows(client)


def show(report: Report) -> None:
    """What was checked, then each violation, then what is worth knowing."""
    table = Table(Column("looked at", justify="right"), "promise", "verdict")
    for check in Check:
        table.add_row(plain(report.looked_at[check]), plain(check.value), plain(_verdict(check, report)))
    _console.print(table)
    for violation in report.violations:
        _console.print(plain(f"VIOLATION  {violation.text}"), soft_wrap=True)
    for note in report.notes:
        _console.print(plain(f"note  {note}"), soft_wrap=True)


def _verdict(check: Check, report: Report) -> str:
    if check in report.skipped:
        return f"not checked: {report.skipped[check]}"
    return f"{report.violated[check]} violations" if report.violated[check] else "kept"
