"""The commands that talk to a running platform: thin words over its REST interface."""

from typing import Annotated

import typer

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import CliError
from kinolog.cli.inputs import Inputs, parse_inputs
from kinolog.cli.live import messages
from kinolog.cli.progress import Bars, watch_job
from kinolog.cli.tables import event_line, events_table, jobs_table, plain
from kinolog.cli.talk import Limit, Reason, Token, Url, console, given, talk

app = typer.Typer()
log = typer.Typer(help="Look into the log.", no_args_is_help=True)
app.add_typer(log, name="log")


@app.command()
def submit(
    job_type: Annotated[str, typer.Argument(metavar="TYPE", help="caption, burn, trim …")],
    inputs: Inputs = None,
    video: Annotated[str | None, typer.Option(help="The video to work on.")] = None,
    video_from: Annotated[str | None, typer.Option(help="The video that a job gives: JOB.video_id.")] = None,
    project: Annotated[str | None, typer.Option(help="The project it belongs to.")] = None,
    priority: Annotated[int, typer.Option(help="Higher goes first.")] = 0,
    gpu: Annotated[bool, typer.Option("--gpu", help="Wait for a worker that has a GPU.")] = False,
    not_before: Annotated[str | None, typer.Option(help="A time with its offset, e.g. 2026-01-31T12:00:00Z.")] = None,
    delay: Annotated[float | None, typer.Option(help="Seconds from now, instead of a time.")] = None,
    depends_on: Annotated[list[str] | None, typer.Option(help="A job to wait for; repeatable.")] = None,
    on_failure: Annotated[str | None, typer.Option(help="cancel or keep, when one of those fails.")] = None,
    max_retries: Annotated[int | None, typer.Option(help="After failures that may pass.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds, of one attempt.")] = None,
    total_timeout: Annotated[float | None, typer.Option(help="Seconds, from now to the end.")] = None,
    heartbeat_timeout: Annotated[float | None, typer.Option(help="Seconds of silence in an attempt.")] = None,
    reason: Reason = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show the job until it ends; fail unless it completes.")] = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Submit a job."""
    body = {"type": job_type, "input_data": parse_inputs(inputs or []), "priority": priority} | given(
        video_id={"$from": video_from} if video_from else video,
        project_id=project,
        gpu=gpu or None,
        not_before=not_before,
        delay_seconds=delay,
        depends_on=depends_on,
        on_failure=on_failure,
        max_retries=max_retries,
        attempt_timeout_seconds=timeout,
        total_timeout_seconds=total_timeout,
        heartbeat_timeout_seconds=heartbeat_timeout,
        reason=reason,
    )

    async def run(client: Client) -> None:
        job = await client.submit(body)
        console.print(plain(job["id"]))
        if wait:
            await _show_until_end(client, job)

    talk(url, token, run)


@app.command()
def jobs(
    status: Annotated[str | None, typer.Option(help="pending, running, completed, failed or cancelled.")] = None,
    job_type: Annotated[str | None, typer.Option("--type", help="caption, burn, trim …")] = None,
    batch: Annotated[str | None, typer.Option(help="Those of one batch.")] = None,
    schedule: Annotated[str | None, typer.Option(help="Those of one schedule.")] = None,
    limit: Limit = 50,
    url: Url = None,
    token: Token = None,
) -> None:
    """List jobs, the newest first."""
    filters = given(status=status, type=job_type, batch_id=batch, schedule_id=schedule)

    async def run(client: Client) -> None:
        console.print(jobs_table(await client.jobs(filters, limit)))

    talk(url, token, run)


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

    talk(url, token, run)


@log.command()
def tail(
    since: Annotated[int | None, typer.Option(min=0, help="Begin after this sequence (default: now).")] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Follow the log."""

    async def run(client: Client) -> None:
        await _show_events(client, since)

    talk(url, token, run)


@log.command()
def show(aggregate_id: str, limit: Limit = 1_000, url: Url = None, token: Token = None) -> None:
    """Show all events of one job, video, caption or project."""

    async def run(client: Client) -> None:
        found = await client.events({"aggregate": aggregate_id}, limit)
        if not found:
            raise CliError(f"the log has no event of {aggregate_id}")
        console.print(events_table(found))

    talk(url, token, run)


async def _show_until_end(client: Client, job: Json) -> None:
    with Bars(console) as bars:
        finished = await watch_job(client, job, bars)
    console.print(jobs_table([finished]))
    if finished["status"] != "completed":
        raise CliError(f"the job {finished['status']}: {finished.get('error_message') or 'see its events'}")


async def _show_events(client: Client, since: int | None) -> None:
    async for message in messages(client.address, since):
        if "seq" in message:
            console.print(event_line(message), soft_wrap=True)
