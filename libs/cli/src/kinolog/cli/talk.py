"""What the commands that talk to a running platform share: which one, as whom, and where the answer is shown."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, Final

import typer

from kinolog.cli.address import find_address
from kinolog.cli.client import Client, Json, connected
from kinolog.cli.tables import plain_console

console: Final = plain_console()

Url = Annotated[str | None, typer.Option("--url", help="Of the platform (default: the one of the data folder).")]
Token = Annotated[str | None, typer.Option("--token", help="Bearer token (default: the one of the data folder).")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most this many.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for whoever reads the log.")]


def talk(url: str | None, token: str | None, run: Callable[[Client], Awaitable[None]]) -> None:
    async def connect() -> None:
        async with connected(find_address(url, token)) as client:
            await run(client)

    until_interrupted(connect())


def until_interrupted(work: Coroutine[Any, Any, None]) -> None:
    """Ctrl-C is how a person ends what has no end of its own."""
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def given(**values: object) -> Json:
    """Only what was said: the rest is for the platform to decide."""
    return {name: value for name, value in values.items() if value not in (None, [])}
