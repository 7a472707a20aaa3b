"""The `kinolog` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kinolog.cli import fonts, operate, remote, repository, reproduce, schedules, secrets, speech, steer
from kinolog.cli.audit import app as audit_app
from kinolog.cli.demo import demo as run_demo
from kinolog.cli.library.command import app as import_app
from kinolog.cli.plan import parse_replicas
from kinolog.cli.provision import app as provision_app
from kinolog.cli.settings import read_settings
from kinolog.cli.up import up as run_platform
from kinolog.common.errors import KinologError

app = typer.Typer(
    name="kinolog",
    help="Kinolog: a video platform whose database is a log.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def kinolog() -> None:
    """Keep the names of the commands even while there is only one."""


@app.command()
def up(
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept (default: data).")] = None,
    port: Annotated[int | None, typer.Option(help="Of the HTTP interface; 0 picks one (default: 8420).")] = None,
    replicas: Annotated[list[str] | None, typer.Option(help="More workers, e.g. render=2; repeatable.")] = None,
) -> None:
    """Run the whole platform on this machine until Ctrl-C."""
    run_platform(read_settings(data_dir=data_dir, port=port), parse_replicas(replicas or []))


@app.command()
def demo(
    file: Annotated[Path | None, typer.Option(help="A video of yours instead of the sample.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept (default: .demo).")] = None,
    port: Annotated[int | None, typer.Option(help="Preferred port of the HTTP interface (default: 8420).")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the platform up until Ctrl-C.")] = False,
) -> None:
    """Start the platform, caption, burn and trim a clip, and show what came out."""
    folder = data_dir or repository.root() / ".demo"
    run_demo(read_settings(data_dir=folder, port=port), file, keep=keep)


for commands in (remote, steer, operate, schedules, secrets, fonts, speech, reproduce):
    app.add_typer(commands.app)
app.add_typer(audit_app)
app.add_typer(provision_app)
app.add_typer(import_app)


def main() -> None:
    """Errors of ours are one line on standard error; anything else is a bug and shows its traceback."""
    try:
        app()
    except KinologError as error:
        sys.exit(f"kinolog: {error}")


if __name__ == "__main__":
    main()
