"""The commands that talk to a running platform: thin words over its REST interface."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import typer

from kinolog.cli.address import find_address
from kinolog.cli.client import Client, Json, connected
from kinolog.cli.errors import BadSetting, CliError
from kinolog.cli.live import messages
from kinolog.cli.progress import Bars, watch_job
from kinolog.cli.tables import event_line, events_table, jobs_table, plain, plain_console

app = typer.Typer()
log = typer.Typer(help="Look into the log.", no_args_is_help=True)
app.add_typer(log, name="log")

_console: Final = plain_console()

Url = Annotated[str | None, typer.Option("--url", help="Of the platform (default: the one of the data folder).")]
Token = Annotated[str | None, typer.Option("--token", help="Bearer token (default: the one of the data folder).")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most this many.")]


@app.command()
def submit(
    job_type: Annotated[str, typer.Argument(metavar="TYPE", help="caption, burn, trim …")],
    inputs: Annotated[list[str] | None, typer.Option("--input", help="KEY=VALUE, the value as JSON or text.")] = None,
    video: Annotated[str | None, typer.Option(help="The video to work on.")] = None,
    project: Annotated[str | None, typer.Option(help="The project it belongs to.")] = None,
    priority: Annotated[int, typer.Option(help="Higher goes first.")] = 0,
    wait: Annotated[bool, typer.Option("--wait", help="Show the job until it ends; fail unless it completes.")] = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Submit a job."""
    body = {"type": job_type, "input_data": parse_inputs(inputs or []), "priority": priority}
    body |= {name: value for name, value in (("video_id", video), ("project_id", project)) if value}

    async def run(client: Client) -> None:
        job = await client.submit(body)
        _console.print(plain(job["id"]))
        if wait:
            await _show_until_end(client, job)

    _talk(url, token, run)


@app.command()
def jobs(
    status: Annotated[str | None, typer.Option(help="pending, running, completed, failed or cancelled.")] = None,
    limit: Limit = 50,
    url: Url = None,
    token: Token = None,
) -> None:
    """List jobs, the newest first."""
    filters = {"status": status} if status else {}

    async def run(client: Client) -> None:
        _console.print(jobs_table(await client.jobs(filters, limit)))

    _talk(url, token, run)


@app.command()
def watch(
    job: Annotated[str | None, typer.Argument(help="A job's id; without one, everything is shown.")] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Show a job until it ends, or everything that happens from now on."""

    async def run(client: Client) -> None:
        if job:
            await _show_until_end(client, await client.job(job))
        else:
            await _show_events(client, since=None)

    _talk(url, token, run)


@app.command()
def cancel(job: str, url: Url = None, token: Token = None) -> None:
    """Cancel a job."""

    async def run(client: Client) -> None:
        _console.print(jobs_table([await client.cancel(job)]))

    _talk(url, token, run)


@app.command()
def retry(job: str, url: Url = None, token: Token = None) -> None:
    """Run a failed or cancelled job again."""

    async def run(client: Client) -> None:
        _console.print(jobs_table([await client.retry(job)]))

    _talk(url, token, run)


@log.command()
def tail(
    since: Annotated[int | None, typer.Option(min=0, help="Begin after this sequence (default: now).")] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Follow the log."""

    async def run(client: Client) -> None:
        await _show_events(client, since)

    _talk(url, token, run)


@log.command()
def show(aggregate_id: str, limit: Limit = 1_000, url: Url = None, token: Token = None) -> None:
    """Show all events of one job, video, caption or project."""

    async def run(client: Client) -> None:
        found = await client.events({"aggregate": aggregate_id}, limit)
        if not found:
            raise CliError(f"the log has no event of {aggregate_id}")
        _console.print(events_table(found))

    _talk(url, token, run)


def parse_inputs(pairs: list[str]) -> Json:
    """`["start_time=1.5", "title=My clip"]` as input data. Raises BadSetting for what is not KEY=VALUE."""
    data: Json = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise BadSetting(f"--input {pair}: write KEY=VALUE, e.g. --input start_time=1.5")
        data[key] = _value(value)
    return data


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        return text


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _talk(url: str | None, token: str | None, run: Callable[[Client], Awaitable[None]]) -> None:
    async def talk() -> None:
        async with connected(find_address(url, token)) as client:
            await run(client)

    try:
        asyncio.run(talk())
    except KeyboardInterrupt:
        # How a person ends what has no end of its own.
        raise typer.Exit(130) from None


async def _show_until_end(client: Client, job: Json) -> None:
    with Bars(_console) as bars:
        finished = await watch_job(client, job, bars)
    _console.print(jobs_table([finished]))
    if finished["status"] != "completed":
        raise CliError(f"the job {finished['status']}: {finished.get('error_message') or 'see its events'}")


async def _show_events(client: Client, since: int | None) -> None:
    async for message in messages(client.address, since):
        if "seq" in message:
            _console.print(event_line(message), soft_wrap=True)
