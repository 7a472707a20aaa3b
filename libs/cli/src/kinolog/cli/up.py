"""`kinolog up`: the platform in the foreground of a terminal or script, until it is told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kinolog.cli import nats_server
from kinolog.cli.data_folder import DataFolder, locked
from kinolog.cli.errors import PortInUse
from kinolog.cli.log_lines import LineWriter, Prefixed
from kinolog.cli.nats_server import free_port, is_free
from kinolog.cli.plan import Plan, Replicas
from kinolog.cli.settings import SupervisorSettings
from kinolog.cli.supervisor import NAME, running


def up(settings: SupervisorSettings, replicas: Replicas) -> None:
    """Run until SIGTERM, SIGHUP or Ctrl-C; a second one stops without grace."""
    folder = DataFolder(settings.data_dir)
    folder.create()
    with locked(folder) as lock, suppress(asyncio.CancelledError):
        asyncio.run(until_signalled(_serve(make_plan(settings, folder, replicas), settings, lock)))


async def _serve(plan: Plan, settings: SupervisorSettings, lock: int) -> None:
    with _terminal(plan, settings) as log:
        async with running(plan, settings, log, lock) as platform:
            announce(plan)
            await platform.watch()


def make_plan(settings: SupervisorSettings, folder: DataFolder, replicas: Replicas) -> Plan:
    """Raises PortInUse: the gateway would find out later, and less clearly."""
    if settings.port and not is_free(settings.port):
        raise PortInUse(f"port {settings.port} of 127.0.0.1 is in use; stop what uses it or choose another with --port")
    token = settings.token.get_secret_value() if settings.token else folder.token()
    keys = settings.secrets_keys.get_secret_value() if settings.secrets_keys else folder.secrets_keys()
    port = settings.port or free_port()
    return Plan(folder=folder, port=port, token=token, secrets_keys=keys, replicas=replicas)


def announce(plan: Plan) -> None:
    """Scripts wait for the first line; people click on the second."""
    print(f"ready {plan.url}", flush=True)
    print(f"open  {plan.url}/?token={plan.token}", flush=True)


@contextmanager
def _terminal(plan: Plan, settings: SupervisorSettings) -> Iterator[Prefixed]:
    """A log on standard error, so that standard output has nothing but what `announce` says."""
    writer = LineWriter(sys.stderr.fileno(), settings.log_backlog_lines)
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    try:
        yield Prefixed([NAME, nats_server.NAME, *plan.all_names()], writer.write, colour=colour)
    finally:
        writer.close()


async def until_signalled(work: Coroutine[Any, Any, None]) -> None:
    """Turn the signals that mean "stop" into the cancellation of the work, each time one comes."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    await task
