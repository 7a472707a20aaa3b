"""The commands for jobs that are there: cancel, retry, prioritise, ask why; and batches of them."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import BadSetting, CliError
from kinolog.cli.tables import jobs_table, plain
from kinolog.cli.talk import Reason, Token, Url, console, given, talk
from kinolog.cli.work_tables import attempts_table, batch_table, why_lines

app = typer.Typer()

MaybeJob = Annotated[str | None, typer.Argument(metavar="[JOB]", help="A job's id.")]
MaybeBatch = Annotated[str | None, typer.Option("--batch", help="All of one batch.")]
All = Annotated[bool, typer.Option("--all", help="All that match the filters below.")]
Status = Annotated[str | None, typer.Option("--status", help="pending, running, failed, cancelled …")]
Type = Annotated[str | None, typer.Option("--type", help="caption, burn, trim …")]
Project = Annotated[str | None, typer.Option("--project", help="A project's id.")]
Queue = Annotated[str | None, typer.Option("--queue", help="ingest, transcribe, render …")]


@app.command()
def cancel(
    job: MaybeJob = None,
    batch: MaybeBatch = None,
    is_all: All = False,
    status: Status = None,
    job_type: Type = None,
    project: Project = None,
    queue: Queue = None,
    reason: Reason = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Cancel a job, a batch, or all jobs that match."""
    filters = given(status=status, type=job_type, project_id=project, queue=queue)
    _change("cancel", job, batch, filters if is_all else None, reason, url, token)


@app.command()
def retry(
    job: MaybeJob = None,
    batch: MaybeBatch = None,
    is_all: All = False,
    status: Status = None,
    job_type: Type = None,
    project: Project = None,
    queue: Queue = None,
    reason: Reason = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Run a failed or cancelled job again, a batch, or all jobs that match."""
    filters = given(status=status, type=job_type, project_id=project, queue=queue)
    _change("retry", job, batch, filters if is_all else None, reason, url, token)


@app.command()
def priority(
    job: str,
    value: Annotated[int, typer.Argument(metavar="PRIORITY", help="From 0 to 10, higher first.")],
    reason: Reason = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Let a job go earlier or later."""

    async def run(client: Client) -> None:
        body = {"priority": value} | given(reason=reason)
        console.print(jobs_table([await client.post("jobs", job, "priority", body=body)]))

    talk(url, token, run)


@app.command()
def why(job: str, url: Url = None, token: Token = None) -> None:
    """Say what a job waits for, and why others went first."""

    async def run(client: Client) -> None:
        for line in why_lines(await client.get("jobs", job, "why")):
            console.print(line)

    talk(url, token, run)


@app.command()
def attempts(job: str, url: Url = None, token: Token = None) -> None:
    """Show every attempt at a job: who tried, how it ended, where its time went."""

    async def run(client: Client) -> None:
        console.print(attempts_table(await client.whole_list("jobs", job, "attempts")))

    talk(url, token, run)


@app.command()
def batch(
    file: Annotated[Path, typer.Argument(help="Jobs as JSON: a list, or an object with items; - is standard input.")],
    reason: Reason = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Submit many jobs in one request; fail unless all of them are accepted."""
    body = read_batch(file) | given(reason=reason)

    async def run(client: Client) -> None:
        answer = await client.post("jobs", "batch", body=body)
        console.print(plain(answer["id"]))
        console.print(batch_table(answer["data"]))
        if refused := sum("problem" in item for item in answer["data"]):
            raise CliError(f"{refused} of {len(answer['data'])} jobs were refused")

    talk(url, token, run)


def read_batch(file: Path) -> Json:
    """The body of the request. Raises BadSetting for what is no batch."""
    try:
        content: Any = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text())
    except (OSError, ValueError) as error:
        raise BadSetting(f"{file}: {error}") from error
    if not isinstance(content, dict | list):
        raise BadSetting(f"{file}: write a JSON list of jobs, or an object with items")
    return {"items": content} if isinstance(content, list) else content


def _change(
    verb: str,
    job: str | None,
    batch: str | None,
    filters: Json | None,
    reason: str | None,
    url: str | None,
    token: str | None,
) -> None:
    if sum(each is not None for each in (job, batch, filters)) != 1:
        raise BadSetting(f"{verb}: name one job, or --batch, or --all with filters")

    async def run(client: Client) -> None:
        if job is not None:
            console.print(jobs_table([await client.post("jobs", job, verb, body=given(reason=reason))]))
        elif batch is not None:
            await _change_many(client, ("batches", batch, verb), given(reason=reason))
        else:
            await _change_many(client, ("jobs", verb), {"filter": filters} | given(reason=reason))

    talk(url, token, run)


async def _change_many(client: Client, path: tuple[str, ...], body: Json) -> None:
    """The platform does as many as it can in one request, and says whether that was all."""
    while True:
        answer = await client.post(*path, body=body)
        console.print(plain(f"{answer['changed']} of {answer['matched']} jobs changed"))
        for skipped in answer["skipped"]:
            console.print(plain(f"  {skipped['id']}: {skipped['reason']}"))
        if answer["is_complete"] or not answer["changed"]:
            return
