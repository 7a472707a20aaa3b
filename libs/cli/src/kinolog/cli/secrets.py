"""The commands for secrets: what jobs need of their users, such as the cookies of a site."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import BadSetting
from kinolog.cli.tables import moment, plain
from kinolog.cli.talk import Reason, Token, Url, console, given, talk

app = typer.Typer()
secrets = typer.Typer(help="Store, list and remove secrets, such as the cookies of a site.", no_args_is_help=True)
app.add_typer(secrets, name="secrets")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Lower case letters, digits and hyphens.")]


@secrets.command("set")
def store(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A cookies.txt in the Netscape format.")],
    reason: Reason = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Store a file's content under a name, in the place of what was there; nobody can read it back."""
    body = {"kind": "cookies", "value": _text_of(file), **given(reason=reason)}

    async def run(client: Client) -> None:
        console.print(_table([await client.put("secrets", name, body=body)]))

    talk(url, token, run)


@secrets.command("list")
def show(url: Url = None, token: Token = None) -> None:
    """Show which secrets there are; never what they hold."""

    async def run(client: Client) -> None:
        console.print(_table(await client.whole_list("secrets")))

    talk(url, token, run)


@secrets.command()
def remove(name: Name, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Remove a secret: jobs that name it fail from now on."""

    async def run(client: Client) -> None:
        await client.delete("secrets", name, **given(reason=reason))
        console.print(plain(f"{name} is removed"))

    talk(url, token, run)


def _text_of(file: Path) -> str:
    """Raises BadSetting, which shows nothing of the content."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadSetting(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise BadSetting(f"{file} is not text in UTF-8: give a cookies.txt") from None


def _table(secrets_of_platform: list[Json]) -> Table:
    table = Table(Column("secret", no_wrap=True), "kind", "bytes", "changed by", "changed (UTC)", "reason")
    for secret in secrets_of_platform:
        by, at, reason = secret["changed_by"], moment(secret["changed_at"]), secret["reason"] or ""
        table.add_row(*map(plain, (secret["name"], secret["kind"], secret["size_bytes"], by)), at, plain(reason))
    return table
