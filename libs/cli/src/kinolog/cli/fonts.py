"""The commands for fonts: those that captions may be drawn with."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import BadSetting
from kinolog.cli.tables import plain
from kinolog.cli.talk import Reason, Token, Url, console, given, talk

app = typer.Typer()
fonts = typer.Typer(help="Add, list and remove fonts for captions.", no_args_is_help=True)
app.add_typer(fonts, name="fonts")


@fonts.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A TrueType or OpenType font.")],
    family: Annotated[str | None, typer.Option(help="What styles are to call it; its own name if left out.")] = None,
    reason: Reason = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Add a font: styles may name its family from then on."""
    content = _content_of(file)

    async def run(client: Client) -> None:
        params, headers = given(family=family, reason=reason), {"Content-Type": "font/sfnt"}
        answer = await client.send("POST", "fonts", content=content, params=params, headers=headers)
        console.print(_table([answer.json()]))

    talk(url, token, run)


@fonts.command("list")
def show(url: Url = None, token: Token = None) -> None:
    """Show all fonts that a style may name."""

    async def run(client: Client) -> None:
        console.print(_table(await client.whole_list("fonts")))

    talk(url, token, run)


@fonts.command()
def remove(
    font_id: Annotated[str, typer.Argument(metavar="ID")], reason: Reason = None, url: Url = None, token: Token = None
) -> None:
    """Remove a font that was added: jobs whose style names it fail from now on."""

    async def run(client: Client) -> None:
        font = await client.delete("fonts", font_id, **given(reason=reason))
        console.print(plain(f"{font['family']} {font['style']} is removed"))

    talk(url, token, run)


def _content_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadSetting(f"{file} cannot be read: {error.strerror}") from error


def _table(found: list[Json]) -> Table:
    table = Table("family", "style", "weight", "characters", "comes from", Column("id", no_wrap=True))
    for font in found:
        known = (font[name] for name in ("family", "style", "weight", "character_count"))
        table.add_row(*(plain("" if value is None else value) for value in (*known, _source(font), font["id"])))
    return table


def _source(font: Json) -> str:
    match font["origin"]:
        case "shipped":
            return f"Kinolog ({font['licence']})"
        case "stand_in":
            return f"drawn as {font['drawn_as']}"
    return str(font["created_by"])
