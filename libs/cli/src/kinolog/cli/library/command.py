"""`kinolog import`: takes a folder of media files into a project, or the projects of an older system into the log."""

from math import inf
from pathlib import Path
from typing import Annotated

import typer

from kinolog.cli.library.folder import parse_extensions
from kinolog.cli.library.folder_import import FolderImport
from kinolog.cli.library.settings import existing, read_import_settings
from kinolog.cli.talk import Token, Url, talk

app = typer.Typer()

Source = Annotated[Path, typer.Argument(metavar="SOURCE", help="A folder of media files, or a projects.json.")]
_OF_FOLDERS = "Of a folder: "
_OF_LISTS = "Of a projects.json: "


@app.command("import")
def import_command(
    source: Source,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    jobs: Annotated[int | None, typer.Option(help="Files that are taken in at once (default: 2).")] = None,
    project: Annotated[str | None, typer.Option(help=f"{_OF_FOLDERS}id or name (default: the folder's name).")] = None,
    extensions: Annotated[str | None, typer.Option(help=f"{_OF_FOLDERS}e.g. mp4,mkv (default: all media).")] = None,
    watch: Annotated[bool, typer.Option("--watch", help=f"{_OF_FOLDERS}go on with what comes, until Ctrl-C.")] = False,
    settle_seconds: Annotated[
        float | None, typer.Option(help="Of --watch: a file unchanged for so long is whole (default: 5).")
    ] = None,
    poll_seconds: Annotated[float | None, typer.Option(help="Of --watch: between two looks (default: 2).")] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Take in what exists already. The same command again takes in what is missing, and nothing twice."""
    settings = read_import_settings(jobs=jobs, settle_seconds=settle_seconds, poll_seconds=poll_seconds)
    path = existing(source, "SOURCE")
    order = FolderImport(
        root=path,
        extensions=parse_extensions(extensions),
        project=project,
        settings=settings.model_copy(update={"patience_seconds": inf}) if watch else settings,
        is_watch=watch,
        is_rehearsal=dry_run,
    )
    talk(url, token, order.run)
