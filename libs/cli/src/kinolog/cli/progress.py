"""Progress bars: one line per job, with the phase it is in, how far it is, how fast, and how long still."""

import asyncio
from contextlib import aclosing
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import CliError
from kinolog.cli.live import follow
from kinolog.cli.log_lines import harmless

_MIB = 1024 * 1024

_PHASES = {
    "job.queued": "queued",
    "job.waiting": "waiting",
    "job.started": "started",
    "job.attempt_failed": "will be tried again",
    "job.snoozed": "will be called again",
    "job.cancel_requested": "being cancelled",
    "job.completed": "completed",
    "job.failed": "failed",
    "job.cancelled": "cancelled",
}


class Bars:
    """A live display; use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<8}", markup=False),
            BarColumn(bar_width=32),
            TextColumn("{task.percentage:>3.0f} %", markup=False),
            TextColumn("{task.fields[phase]:<20}", markup=False),
            TextColumn("{task.fields[pace]}", markup=False),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def add(self, title: str) -> "Bar":
        return Bar(self._progress, self._progress.add_task(title, total=100.0, phase="", pace=""))


class Bar:
    """One job's line."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def show(self, message: Json) -> None:
        """Take an event of the job or a progress message."""
        if message["type"] == "progress":
            self._update(message["phase"], message.get("percent"), _pace(message))
        elif phase := _PHASES.get(message["type"]):
            self._update(phase, 100.0 if phase == "completed" else None, "")
        if message["type"] in ("job.completed", "job.failed", "job.cancelled"):
            self._progress.stop_task(self._task)

    def _update(self, phase: str, percent: float | None, pace: str) -> None:
        self._progress.update(self._task, completed=percent, phase=harmless(str(phase)), pace=pace)


def _pace(message: Json) -> str:
    speed, eta = message.get("speed"), message.get("eta_seconds")
    parts = [_moved(message), f"{speed:.1f}×" if speed else "", f"{eta:.0f} s left" if eta else ""]
    return " · ".join(filter(None, parts))


def _moved(message: Json) -> str:
    """How many bytes, and how fast, as in `312 of 1,024 MiB · 41.0 MiB/s`; nothing where no bytes are moved."""
    done, total, speed = (message.get(name) for name in ("done_bytes", "total_bytes", "bytes_per_second"))
    if done is None:
        return ""
    amount = f"{done / _MIB:,.0f} of {total / _MIB:,.0f} MiB" if total else f"{done / _MIB:,.0f} MiB"
    return f"{amount} · {speed / _MIB:,.1f} MiB/s" if speed else amount


async def watch_job(client: Client, job: Json, bars: Bars, silence_limit_seconds: float | None = None) -> Json:
    """Show a job until it ends, and return it as it is then.

    Raises CliError when nothing is heard of it for too long.
    """
    bar, clock = bars.add(job["type"]), asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(silence_limit_seconds) as patience, aclosing(follow(client, job["id"])) as story:
            async for message in story:
                bar.show(message)
                if silence_limit_seconds is not None:
                    patience.reschedule(clock() + silence_limit_seconds)
    except TimeoutError:
        raise CliError(f"nothing was heard of {job['type']} {job['id']} for {silence_limit_seconds:g} s") from None
    return await client.job(job["id"])
