"""`kinolog demo`: one clip through the whole platform, every step checked by what the platform answers."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from kinolog.cli import repository
from kinolog.cli.address import Address
from kinolog.cli.client import connected
from kinolog.cli.data_folder import DataFolder, locked
from kinolog.cli.errors import DemoFailed, StartFailed
from kinolog.cli.log_lines import LineWriter, Prefixed
from kinolog.cli.nats_server import NAME as NATS
from kinolog.cli.nats_server import is_free
from kinolog.cli.plan import Plan, parse_replicas
from kinolog.cli.settings import SupervisorSettings
from kinolog.cli.story import Story
from kinolog.cli.supervisor import NAME, running
from kinolog.cli.tables import plain_console
from kinolog.cli.up import announce, make_plan, until_signalled

MODEL_VARIABLE = "KINOLOG_TRANSCRIBE_MODEL_DIR"
_LAST_LOG_LINES = 20


def demo(settings: SupervisorSettings, file: Path | None, *, keep: bool) -> None:
    """Returns only if all of it really happened; raises DemoFailed or StartFailed otherwise."""
    clip = file or repository.sample_clip()
    if not clip.is_file():
        raise DemoFailed(f"--file {clip}: there is no such file")
    folder = DataFolder(settings.data_dir)
    folder.create()
    with locked(folder) as lock, _interruption_is_failure():
        asyncio.run(until_signalled(_perform(_plan(settings, folder), settings, lock, clip, keep=keep)))


@contextmanager
def _interruption_is_failure() -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        raise DemoFailed("the demo was interrupted") from None


def _plan(settings: SupervisorSettings, folder: DataFolder) -> Plan:
    """As for `up`, but on a free port when the usual one is taken, and with the small model unless another is set."""
    port = settings.port if is_free(settings.port) else 0
    plan = make_plan(settings.model_copy(update={"port": port}), folder, parse_replicas([]))
    model = repository.small_speech_model()
    if MODEL_VARIABLE in os.environ or model is None:
        return plan
    return replace(plan, extra_environment={MODEL_VARIABLE: str(model)})


async def _perform(plan: Plan, settings: SupervisorSettings, lock: int, clip: Path, *, keep: bool) -> None:
    console = plain_console()
    console.print(f"Starting the platform in {plan.folder.root} (its log: {plan.folder.log.name})", soft_wrap=True)
    console.print(_about_the_model(plan), soft_wrap=True)
    with _log_file(plan, settings) as log:
        async with running(plan, settings, log, lock) as platform:
            await _tell(plan, settings, clip, console)
            if keep:
                announce(plan)
                with suppress(asyncio.CancelledError):
                    # The story is told; from here on Ctrl-C is the expected end.
                    await platform.watch()
    console.print("\nDone, and stopped again; --keep leaves it up.")


async def _tell(plan: Plan, settings: SupervisorSettings, clip: Path, console: Console) -> None:
    plan.folder.results.mkdir(exist_ok=True)
    async with connected(Address(plan.url, plan.token)) as client:
        story = Story(client, console, plan.folder.results, settings.demo_silence_limit_seconds)
        await story.tell(clip)


def _about_the_model(plan: Plan) -> str:
    if MODEL_VARIABLE in plan.extra_environment:
        return (
            f"Speech model: the small one of the tests in {plan.extra_environment[MODEL_VARIABLE]}; "
            f"it knows about ninety English words. {MODEL_VARIABLE} names another."
        )
    if told := os.environ.get(MODEL_VARIABLE):
        return f"Speech model: {told}, as {MODEL_VARIABLE} says."
    return "Speech model: Whisper tiny, downloaded at its first use."


@contextmanager
def _log_file(plan: Plan, settings: SupervisorSettings) -> Iterator[Prefixed]:
    """The parts write to a file, since the terminal is for the story; its end is shown when they do not start."""
    with plan.folder.log.open("wb") as file:
        writer = LineWriter(file.fileno(), settings.log_backlog_lines)
        try:
            yield Prefixed([NAME, NATS, *plan.all_names()], writer.write, colour=False)
        except StartFailed as error:
            writer.close()
            raise StartFailed(f"{error}\n{_last_lines(plan.folder.log)}") from error
        finally:
            writer.close()


def _last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(["The last lines of its log:", *lines[-_LAST_LOG_LINES:]])
