"""`kinolog import`: takes a folder of media files into a project, or the projects of an older system into the log."""

from math import inf
from pathlib import Path
from typing import Annotated, Final

import typer

from kinolog.cli.errors import BadSetting
from kinolog.cli.library.folder import parse_extensions
from kinolog.cli.library.folder_import import FolderImport
from kinolog.cli.library.library_order import LibraryOrder
from kinolog.cli.library.settings import existing, read_import_settings
from kinolog.cli.talk import Token, Url, talk, until_interrupted

app = typer.Typer()

_OF_FOLDERS: Final = "Of a folder"
_OF_LISTS: Final = "Of a projects.json"


@app.command("import")
def import_command(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A folder of media files, or a projects.json.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    jobs: Annotated[int | None, typer.Option(help="Files that are taken in at once (default: 2).")] = None,
    project: Annotated[
        str | None, typer.Option(help="Its id or name (default: the folder's name).", rich_help_panel=_OF_FOLDERS)
    ] = None,
    extensions: Annotated[
        str | None, typer.Option(help="E.g. mp4,mkv (default: all media).", rich_help_panel=_OF_FOLDERS)
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on with what comes, until Ctrl-C.", rich_help_panel=_OF_FOLDERS)
    ] = False,
    settle_seconds: Annotated[
        float | None, typer.Option(help="Unchanged for so long, a file is whole (5).", rich_help_panel=_OF_FOLDERS)
    ] = None,
    poll_seconds: Annotated[
        float | None, typer.Option(help="Between two looks of a watch (2).", rich_help_panel=_OF_FOLDERS)
    ] = None,
    url: Url = None,
    token: Token = None,
    files: Annotated[
        Path | None, typer.Option(help="Where its files lie (default: beside it).", rich_help_panel=_OF_LISTS)
    ] = None,
    library: Annotated[
        str, typer.Option(help="Keeps several lists apart that count from 1.", rich_help_panel=_OF_LISTS)
    ] = "",
    report: Annotated[
        Path | None, typer.Option(help="For everything that is told, as JSON.", rich_help_panel=_OF_LISTS)
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Of a platform that runs here (default: data).", rich_help_panel=_OF_LISTS)
    ] = None,
    nats_url: Annotated[
        str | None, typer.Option(help="Instead of the folder's, or KINOLOG_NATS_URL.", rich_help_panel=_OF_LISTS)
    ] = None,
    blobs_url: Annotated[
        str | None, typer.Option(help="Instead of the folder's, or KINOLOG_BLOBS_URL.", rich_help_panel=_OF_LISTS)
    ] = None,
) -> None:
    """Take in what exists already. The same command again takes in what is missing, and nothing twice."""
    settings = read_import_settings(jobs=jobs, settle_seconds=settle_seconds, poll_seconds=poll_seconds)
    path = existing(source, "SOURCE")
    if path.is_dir():
        _refuse("a folder", files=files, library=library, report=report, data_dir=data_dir)
        _refuse("a folder", nats_url=nats_url, blobs_url=blobs_url)
        folder = FolderImport(
            root=path,
            extensions=parse_extensions(extensions),
            project=project,
            settings=settings.model_copy(update={"patience_seconds": inf}) if watch else settings,
            is_watch=watch,
            is_rehearsal=dry_run,
        )
        return talk(url, token, folder.run)
    _refuse("a projects.json", project=project, extensions=extensions, watch=watch, url=url, token=token)
    _refuse("a projects.json", settle_seconds=settle_seconds, poll_seconds=poll_seconds)
    order = LibraryOrder(
        source=path,
        files=existing(files, "--files") if files else path.parent,
        library=library,
        report_file=report,
        settings=settings,
        is_rehearsal=dry_run,
        data_dir=data_dir,
        nats_url=nats_url,
        blobs_url=blobs_url,
    )
    until_interrupted(order.run())


def _refuse(source: str, **options: object) -> None:
    """Raises BadSetting for an option that says nothing about such a source: it would be forgotten silently."""
    for name, value in options.items():
        if value:
            raise BadSetting(f"--{name.replace('_', '-')}: is not for {source}, see `kinolog import --help`")
