"""The command that finds what somebody said, in all videos at once."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from kinolog.cli.client import Client, Json
from kinolog.cli.tables import plain
from kinolog.cli.talk import Token, Url, console, given, talk

app = typer.Typer()

_FOUND_STYLE = "bold yellow"


@app.command()
def find(
    words: Annotated[list[str], typer.Argument(metavar="WORDS…", help='All of them; "a phrase" or begin* go too.')],
    project: Annotated[str | None, typer.Option(help="Only in a project.")] = None,
    video: Annotated[str | None, typer.Option(help="Only in a video.")] = None,
    language: Annotated[str | None, typer.Option(help="Only in captions of a language, e.g. en.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    url: Url = None,
    token: Token = None,
) -> None:
    """Find where something is said, with the moment; the best comes first."""
    filters = {"q": " ".join(words), **given(project_id=project, video_id=video, language=language)}

    async def run(client: Client) -> None:
        found = await client.found_speech(filters, limit)
        console.print(hits_table(found) if found else plain("nobody says that"))

    talk(url, token, run)


def hits_table(hits: Iterable[Json]) -> Table:
    """The words that were looked for stand out."""
    table = Table(
        Column("at", justify="right"), Column("said", overflow="fold"), "title", Column("video", no_wrap=True)
    )
    for hit in hits:
        table.add_row(clock(_begin(hit)), _said(hit), plain(hit["video_title"]), plain(hit["video_id"]))
    return table


def clock(seconds: float) -> str:
    """A moment as players show it: `1:02:03.4`, without hours where there are none."""
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def _begin(hit: Json) -> float:
    """When the first of the words is said, where words have times."""
    return float(hit["words"][0]["start"] if hit["words"] else hit["start"])


def _said(hit: Json) -> Text:
    text, said, done = str(hit["text"]).replace("\n", " "), Text(), 0
    if hit["speaker"]:
        said += plain(f"{hit['speaker']}: ")
    for start, end in hit["highlights"]:
        found = plain(text[start:end])
        found.stylize(_FOUND_STYLE)
        said += plain(text[done:start]) + found
        done = end
    return said + plain(text[done:])
