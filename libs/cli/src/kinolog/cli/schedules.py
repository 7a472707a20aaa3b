"""The commands for schedules: jobs that are submitted again and again."""

from typing import Annotated

import typer

from kinolog.cli.client import Client, Json
from kinolog.cli.inputs import Inputs, parse_inputs
from kinolog.cli.tables import jobs_table, plain
from kinolog.cli.talk import Reason, Token, Url, console, given, talk
from kinolog.cli.work_tables import schedules_table

app = typer.Typer()
schedules = typer.Typer(help="Show the schedules; add, pause, fire and delete them.")
app.add_typer(schedules, name="schedules")

ScheduleId = Annotated[str, typer.Argument(metavar="SCHEDULE", help="A schedule's id.")]


@schedules.callback(invoke_without_command=True)
def show_schedules(context: typer.Context, url: Url = None, token: Token = None) -> None:
    """Show all schedules, with their next times."""
    if context.invoked_subcommand is not None:
        return

    async def run(client: Client) -> None:
        console.print(schedules_table(await client.all_of("schedules")))

    talk(url, token, run)


@schedules.command()
def add(
    name: str,
    job_type: Annotated[str, typer.Argument(metavar="TYPE", help="caption, burn, trim …")],
    cron: Annotated[str | None, typer.Option(help="E.g. '30 2 * * 1-5': minute, hour, day, month, weekday.")] = None,
    every: Annotated[float | None, typer.Option(help="Seconds, instead of an expression.")] = None,
    timezone: Annotated[str | None, typer.Option(help="E.g. Europe/Zurich (default: UTC).")] = None,
    catch_up: Annotated[str | None, typer.Option(help="Missed times: skip, one or all (default: one).")] = None,
    overlap: Annotated[str | None, typer.Option(help="skip or allow (default: skip).")] = None,
    inputs: Inputs = None,
    video: Annotated[str | None, typer.Option(help="The video to work on.")] = None,
    project: Annotated[str | None, typer.Option(help="The project it belongs to.")] = None,
    priority: Annotated[int, typer.Option(help="Higher goes first.")] = 0,
    gpu: Annotated[bool, typer.Option("--gpu", help="Each waits for a worker that has a GPU.")] = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Submit a job at certain times from now on."""
    job = {"type": job_type, "input_data": parse_inputs(inputs or []), "priority": priority}
    job |= given(video_id=video, project_id=project, gpu=gpu or None)
    times = given(cron=cron, every_seconds=every, timezone=timezone, catch_up=catch_up, overlap=overlap)

    async def run(client: Client) -> None:
        console.print(schedules_table([await client.post("schedules", body={"name": name, "job": job, **times})]))

    talk(url, token, run)


@schedules.command()
def pause(schedule: ScheduleId, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Let a schedule rest."""
    _change(schedule, "pause", reason, url, token)


@schedules.command()
def resume(schedule: ScheduleId, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Let a schedule go on, from its next time."""
    _change(schedule, "resume", reason, url, token)


@schedules.command("next")
def show_next(
    schedule: ScheduleId,
    count: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 5,
    url: Url = None,
    token: Token = None,
) -> None:
    """Show the next times, in the schedule's own time zone."""

    async def run(client: Client) -> None:
        for time in (await client.get("schedules", schedule, "next", count=count))["data"]:
            console.print(plain(time["local"]))

    talk(url, token, run)


@schedules.command()
def fire(schedule: ScheduleId, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Submit a schedule's job now."""

    async def run(client: Client) -> None:
        job: Json = await client.post("schedules", schedule, "fire", body=given(reason=reason))
        console.print(jobs_table([job]))

    talk(url, token, run)


@schedules.command()
def delete(schedule: ScheduleId, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Submit no more jobs of a schedule."""

    async def run(client: Client) -> None:
        await client.delete("schedules", schedule, **given(reason=reason))
        console.print(plain(f"{schedule} is deleted"))

    talk(url, token, run)


def _change(schedule: str, verb: str, reason: str | None, url: str | None, token: str | None) -> None:
    async def run(client: Client) -> None:
        console.print(schedules_table([await client.post("schedules", schedule, verb, body=given(reason=reason))]))

    talk(url, token, run)
