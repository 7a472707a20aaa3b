"""The command that makes a video again and says whether the same comes out."""

from collections.abc import Iterator

import typer

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import CliError
from kinolog.cli.progress import Bars, watch_job
from kinolog.cli.tables import plain
from kinolog.cli.talk import Token, Url, console, talk

app = typer.Typer()


@app.command()
def reproduce(video: str, url: Url = None, token: Token = None) -> None:
    """Make a video again from what the log tells of it; fail unless every frame is the same."""

    async def run(client: Client) -> None:
        job = await client.post("videos", video, "reproduce")
        with Bars(console) as bars:
            finished = await watch_job(client, job, bars)
        if finished["status"] != "completed":
            raise CliError(f"the job {finished['status']}: {finished.get('error_message') or 'see its events'}")
        for line in result_lines(finished["output_data"]):
            console.print(plain(line))
        if not finished["output_data"]["is_identical"]:
            raise CliError("the video did not come out the same")

    talk(url, token, run)


def result_lines(found: Json) -> Iterator[str]:
    """What came out, the first difference, and the programs and fonts then and now."""
    verdict = "identical" if found["is_identical"] else "different"
    yield f"{verdict}: {found['explanation']}"
    yield f"compared: {found['picture_frames']} frames of picture, {found['sound_frames']} of sound"
    if difference := found["difference"]:
        number = difference.get("track_number", 1)
        track = difference["track"] if number == 1 else f"{difference['track']} {number}"
        yield (
            f"first difference: {track}, frame {difference['frame']}, then at"
            f" {_moment(difference['seconds_then'])}, now at {_moment(difference['seconds_now'])}"
        )
    for name in sorted({*found["programs_then"], *found["programs_now"]}):
        yield f"{name}: then {found['programs_then'].get(name, '—')}, now {found['programs_now'].get(name, '—')}"
    for when in ("then", "now"):
        for font in found[f"fonts_{when}"]:
            yield f"font {when}: {font['family']} {font['sha256'][:12]}"


def _moment(seconds: float | None) -> str:
    return "no time" if seconds is None else f"{seconds:.3f} s"
