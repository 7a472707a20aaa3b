"""`kinolog provision`: makes the streams and consumers on a nats-server that was not started by `kinolog up`."""

import asyncio
from typing import Annotated

import typer

from kinolog.cli.reaching import reached
from kinolog.common.log.provision import provision
from kinolog.common.settings import WorkerSettings, read_environment

app = typer.Typer()


@app.command("provision")
def provision_command(
    nats_url: Annotated[str | None, typer.Option(help="Of the server (default: KINOLOG_NATS_URL).")] = None,
    replicas: Annotated[int, typer.Option(min=1, max=5, help="Servers of a cluster that keep the log.")] = 1,
) -> None:
    """Make a nats-server of your own ready for the services. What is there already stays as it is."""
    settings = read_environment(WorkerSettings, **({"nats_url": nats_url} if nats_url else {}))
    typer.echo(f"ready for the services: its log was made at {asyncio.run(_provision(settings, replicas))}")


async def _provision(settings: WorkerSettings, replicas: int) -> str:
    async with reached(settings, "kinolog-provision") as client:
        return await provision(client, replicas=replicas, lease_seconds=settings.lease_seconds)
