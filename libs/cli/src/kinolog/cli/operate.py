"""The commands for whoever runs the platform: queues and workers."""

from typing import Annotated

import typer

from kinolog.cli.client import Client
from kinolog.cli.tables import plain
from kinolog.cli.talk import Reason, Token, Url, console, given, talk
from kinolog.cli.work_tables import queues_table, workers_table

app = typer.Typer()
queues = typer.Typer(help="Show the queues; pause and resume them.")
workers = typer.Typer(help="Show the workers that are alive; drain them.")
app.add_typer(queues, name="queues")
app.add_typer(workers, name="workers")

QueueName = Annotated[str, typer.Argument(metavar="QUEUE", help="ingest, transcribe or render.")]
WorkerId = Annotated[str, typer.Argument(metavar="WORKER", help="A worker's id.")]


@queues.callback(invoke_without_command=True)
def show_queues(context: typer.Context, url: Url = None, token: Token = None) -> None:
    """Show what waits in each queue, and who works on it."""
    if context.invoked_subcommand is not None:
        return

    async def run(client: Client) -> None:
        console.print(queues_table(await client.whole_list("queues")))

    talk(url, token, run)


@queues.command()
def pause(queue: QueueName, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Start no job of a queue from now on; what runs goes on."""
    _tell(("queues", queue, "pause"), f"{queue} is paused", reason, url, token)


@queues.command()
def resume(queue: QueueName, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Start jobs of a queue again."""
    _tell(("queues", queue, "resume"), f"{queue} goes on", reason, url, token)


@workers.callback(invoke_without_command=True)
def show_workers(context: typer.Context, url: Url = None, token: Token = None) -> None:
    """Show the workers that are alive, and what they run."""
    if context.invoked_subcommand is not None:
        return

    async def run(client: Client) -> None:
        console.print(workers_table(await client.whole_list("workers")))

    talk(url, token, run)


@workers.command()
def drain(worker: WorkerId, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Let a worker finish what it runs, and take nothing new."""
    _tell(("workers", worker, "drain"), f"{worker} takes nothing new", reason, url, token)


@workers.command()
def undrain(worker: WorkerId, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Let a worker take jobs again."""
    _tell(("workers", worker, "undrain"), f"{worker} takes jobs again", reason, url, token)


def _tell(path: tuple[str, ...], done: str, reason: str | None, url: str | None, token: str | None) -> None:
    async def run(client: Client) -> None:
        await client.post(*path, body=given(reason=reason))
        console.print(plain(done))

    talk(url, token, run)
