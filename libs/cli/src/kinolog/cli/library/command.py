"""`kinolog import`: takes a folder of media files into a project, or the projects of an older system into the log."""

from math import inf
from pathlib import Path
from typing import Annotated, Any

import typer

from kinolog.cli.errors import BadSetting
from kinolog.cli.library.folder import parse_extensions
from kinolog.cli.library.folder_import import FolderImport
from kinolog.cli.library.library_order import LibraryOrder
from kinolog.cli.library.settings import existing, read_import_settings
from kinolog.cli.talk import Token, Url, talk, until_interrupted

app = typer.Typer()

Source = Annotated[Path, typer.Argument(metavar="SOURCE", help="A folder of media files, or a projects.json.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Jobs = Annotated[int | None, typer.Option(help="Files that are taken in at once (default: 2).")]


def _of_folders(*names: str, text: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Of a folder")


def _of_lists(*names: str, text: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Of a projects.json")


Project = Annotated[str | None, _of_folders(text="Its id or name (default: the folder's name).")]
Extensions = Annotated[str | None, _of_folders(text="E.g. mp4,mkv (default: all media).")]
Watch = Annotated[bool, _of_folders("--watch", text="Go on with what comes, until Ctrl-C.")]
Settle = Annotated[float | None, _of_folders(text="Unchanged for so long, a file is whole (default: 5).")]
Poll = Annotated[float | None, _of_folders(text="Between two looks of a watch (default: 2).")]

Files = Annotated[Path | None, _of_lists(text="Where its files lie (default: beside it).")]
Library = Annotated[str, _of_lists(text="Keeps several lists apart that count from 1.")]
Report = Annotated[Path | None, _of_lists(text="For everything that is told, as JSON.")]
NoAnalysis = Annotated[bool, _of_lists("--no-analysis", text="Queue no analyze jobs for its videos.")]
DataDir = Annotated[Path | None, _of_lists(text="Of a platform that runs here (default: data).")]
NatsUrl = Annotated[str | None, _of_lists(text="Instead of the folder's, or KINOLOG_NATS_URL.")]
BlobsUrl = Annotated[str | None, _of_lists(text="Instead of the folder's, or KINOLOG_BLOBS_URL.")]


@app.command("import")
def import_command(
    source: Source,
    dry_run: DryRun = False,
    jobs: Jobs = None,
    project: Project = None,
    extensions: Extensions = None,
    watch: Watch = False,
    settle_seconds: Settle = None,
    poll_seconds: Poll = None,
    url: Url = None,
    token: Token = None,
    files: Files = None,
    library: Library = "",
    report: Report = None,
    no_analysis: NoAnalysis = False,
    data_dir: DataDir = None,
    nats_url: NatsUrl = None,
    blobs_url: BlobsUrl = None,
) -> None:
    """Take in what exists already. The same command again takes in what is missing, and nothing twice."""
    settings = read_import_settings(jobs=jobs, settle_seconds=settle_seconds, poll_seconds=poll_seconds)
    path = existing(source, "SOURCE")
    if path.is_dir():
        _refuse("a folder", files=files, library=library, report=report, data_dir=data_dir)
        _refuse("a folder", nats_url=nats_url, blobs_url=blobs_url, no_analysis=no_analysis)
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
        settings=settings.model_copy(update={"analyzes_new_videos": False}) if no_analysis else settings,
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
