"""The demo's story: upload, caption, burn, trim; and the proof that each of them happened."""

import hashlib
from pathlib import Path

from rich.console import Console

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import DemoFailed
from kinolog.cli.log_lines import harmless
from kinolog.cli.progress import Bars, watch_job
from kinolog.cli.tables import history_table

_BLOCK_BYTES = 2**20


class Story:
    """Tells itself on the console; finished files go to the folder of results. Any step may raise DemoFailed."""

    def __init__(self, client: Client, console: Console, results: Path, silence_limit_seconds: float) -> None:
        self._client = client
        self._console = console
        self._results = results
        self._silence_limit_seconds = silence_limit_seconds
        self._jobs: list[Json] = []

    async def tell(self, clip: Path) -> None:
        project = await self._client.create_project("Demo")
        with Bars(self._console) as bars:
            video = await self._upload(bars, project, clip)
            caption = await self._run(bars, _job("caption", video, word_level=True))
            burned = await self._run(bars, _job("burn", video, caption_id=caption["caption_id"]))
            trimmed = await self._run(bars, _trim(await self._client.video(burned["video_id"])))
        await self._show_transcript(caption["caption_id"])
        await self._show_files(caption["caption_id"], burned["video_id"], trimmed["video_id"])
        await self._show_history()
        self._say(
            "The HTTP interface",
            [f"{self._client.address.url}/v1, described by {self._client.address.url}/openapi.json"],
        )

    async def _upload(self, bars: Bars, project: Json, clip: Path) -> Json:
        job = await self._client.upload(project["id"], clip, title=clip.stem)
        video = await self._client.video((await self._finish(bars, job))["video_id"])
        if _sha256_of(video) != _sha256_of_file(clip):
            raise DemoFailed(f"the platform keeps other bytes than {clip} has")
        return video

    async def _run(self, bars: Bars, body: Json) -> Json:
        return await self._finish(bars, await self._client.submit(body))

    async def _finish(self, bars: Bars, job: Json) -> Json:
        """Watch a job to its end; its output."""
        finished = await watch_job(self._client, job, bars, self._silence_limit_seconds)
        self._jobs.append(finished)
        if finished["status"] != "completed":
            raise DemoFailed(f"the {job['type']} job {finished['status']}: {finished.get('error_message')}")
        output: Json = finished["output_data"]
        return output

    async def _show_transcript(self, caption_id: str) -> None:
        cues = (await self._client.caption_cues(caption_id))["cues"]
        lines = [f"{cue['start']:7.2f} s  {harmless(cue['text'])}" for cue in cues]
        if not any(cue["text"].strip() for cue in cues):
            raise DemoFailed("the transcript is empty")
        self._say("Transcript", lines)

    async def _show_files(self, caption_id: str, burned_id: str, trimmed_id: str) -> None:
        subtitles = await self._client.download_caption(caption_id, "srt", self._results / "captions.srt")
        paths = [subtitles.path, await self._download(burned_id, "burned"), await self._download(trimmed_id, "trimmed")]
        self._say("Files", [f"{path} ({path.stat().st_size:,} bytes)" for path in paths])

    async def _download(self, video_id: str, name: str) -> Path:
        video = await self._client.video(video_id)
        downloaded = await self._client.download_video(video_id, self._results / f"{name}.mp4")
        if downloaded.sha256 != _sha256_of(video) or not downloaded.size_bytes:
            raise DemoFailed(f"the {name} video did not arrive as the platform describes it")
        return downloaded.path

    async def _show_history(self) -> None:
        histories = [(job, await self._client.job_events(job["id"])) for job in self._jobs]
        for job, events in histories:
            if not events or events[-1]["type"] != "job.completed":
                raise DemoFailed(f"the history of {job['id']} does not end with its completion")
        self._say("What the log says about these jobs", [])
        self._console.print(history_table(histories))

    def _say(self, title: str, lines: list[str]) -> None:
        self._console.print(f"\n{title}")
        for line in lines:
            self._console.print(f"  {line}", soft_wrap=True)


def _job(job_type: str, video: Json, **input_data: object) -> Json:
    return {
        "type": job_type,
        "project_id": video["project_id"],
        "video_id": video["id"],
        "input_data": input_data,
    }


def _trim(video: Json) -> Json:
    """The middle half."""
    duration = video["duration"]
    return _job("trim", video, start_time=round(duration / 4, 3), end_time=round(duration * 3 / 4, 3))


def _sha256_of(video: Json) -> str:
    sha256: str = video["content"]["sha256"]
    return sha256


def _sha256_of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
