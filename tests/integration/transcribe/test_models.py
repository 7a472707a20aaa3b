"""Models that are there, that are broken, and that the hub cannot or does give."""

import hashlib
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.adapters.devices import choose_device
from kinolog.transcribe.adapters.faster_whisper import FasterWhisper
from kinolog.transcribe.domain.transcript import Report

MakeWhisper = Callable[..., FasterWhisper]

COMMIT: Final = "c" * 40


class Hub(BaseHTTPRequestHandler):
    """Answers what a download of `tiny` asks for with a folder's files, of which it gives so many bytes each."""

    def __init__(self, folder: Path, gives_bytes: int, *connection: Any) -> None:
        self.folder, self.gives_bytes = folder, gives_bytes
        super().__init__(*connection)

    def do_GET(self) -> None:
        if "/tree/" in self.path:
            self._send_json([self._entry(file) for file in sorted(self.folder.iterdir())])
        elif self.path.startswith("/api/"):
            siblings = [{"rfilename": file.name} for file in self.folder.iterdir()]
            self._send_json({"id": "Systran/faster-whisper-tiny", "sha": COMMIT, "siblings": siblings})
        else:
            self._send_file(self.folder / Path(self.path).name)

    def do_HEAD(self) -> None:
        self._head((self.folder / Path(self.path).name).read_bytes())

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is for failures."""

    def _entry(self, file: Path) -> dict[str, Any]:
        return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": _etag(file.read_bytes())}

    def _send_file(self, file: Path) -> None:
        content = file.read_bytes()
        self._head(content)
        self.wfile.write(content[: self.gives_bytes])
        self.close_connection = True

    def _send_json(self, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self._head(body)
        self.wfile.write(body)

    def _head(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json")
        self.send_header("ETag", f'"{_etag(content)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()


def _etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()  # noqa: S324  # a name, not a proof


@pytest.fixture
def start_hub(model_dir: Path) -> Iterator[Callable[..., str]]:
    """Starts a hub that has the tiny model and returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(gives_bytes: int = 1 << 30) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, model_dir, gives_bytes))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def silent_hub() -> Iterator[str]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def make_hub_whisper(make_whisper: MakeWhisper, tmp_path: Path) -> MakeWhisper:
    return partial(make_whisper, transcribe_model_dir=None, transcribe_download_dir=tmp_path / "models")


async def test_a_model_is_fetched_once_and_then_found_on_disk(
    make_hub_whisper: MakeWhisper, start_hub: Callable[..., str], samples: Path, reports: Any
) -> None:
    first = make_hub_whisper(transcribe_hub_url=start_hub())
    await first.transcribe(samples / "hello_world.wav", CaptionInput(), reports)

    offline = make_hub_whisper(transcribe_hub_url="http://127.0.0.1:1")
    transcript = await offline.transcribe(samples / "hello_world.wav", CaptionInput(), reports)

    assert 2 == len(transcript.segments)
    assert transcript.model.startswith("tiny@")
    assert ("model", 100.0) in reports.seen


async def test_a_download_that_breaks_off_is_tried_again_later(
    make_hub_whisper: MakeWhisper, start_hub: Callable[..., str], samples: Path, reports: Report
) -> None:
    whisper = make_hub_whisper(transcribe_hub_url=start_hub(gives_bytes=10_000))

    with pytest.raises(PassingError, match="broke off") as failure:
        await whisper.transcribe(samples / "hello_world.wav", CaptionInput(), reports)

    assert "model_download" == failure.value.kind


async def test_without_a_hub_a_job_fails_at_once_and_says_what_to_do(
    make_hub_whisper: MakeWhisper, samples: Path, reports: Report
) -> None:
    whisper = make_hub_whisper(transcribe_hub_url="http://127.0.0.1:1")
    began_at = time.monotonic()

    with pytest.raises(PermanentError, match=r"'tiny' is not on this machine.*set KINOLOG_TRANSCRIBE_MODEL_DIR") as no:
        await whisper.transcribe(samples / "hello_world.wav", CaptionInput(), reports)

    assert "model_unavailable" == no.value.kind
    assert time.monotonic() - began_at < 3


async def test_a_hub_that_does_not_answer_is_given_up_on(
    make_hub_whisper: MakeWhisper, silent_hub: str, samples: Path, reports: Report
) -> None:
    whisper = make_hub_whisper(transcribe_hub_url=silent_hub, transcribe_hub_timeout_seconds=0.5)
    began_at = time.monotonic()

    with pytest.raises(PermanentError, match="hub cannot be reached"):
        await whisper.transcribe(samples / "hello_world.wav", CaptionInput(), reports)

    assert time.monotonic() - began_at < 5


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (shutil.rmtree, "it has no model.bin, config.json, tokenizer.json"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "it has no tokenizer.json"),
        (lambda folder: (folder / "model.bin").write_bytes(b"not a model"), "it does not load"),
        (lambda folder: (folder / "tokenizer.json").write_text("not JSON"), "it does not load"),
    ],
)
async def test_a_broken_model_folder_is_refused_with_the_reason(
    damage: Callable[[Path], object],
    reason: str,
    make_whisper: MakeWhisper,
    model_dir: Path,
    samples: Path,
    tmp_path: Path,
    reports: Report,
) -> None:
    folder = shutil.copytree(model_dir, tmp_path / "broken")
    damage(folder)

    with pytest.raises(PermanentError, match=reason) as refusal:
        await make_whisper(transcribe_model_dir=folder).transcribe(samples / "hello_world.wav", CaptionInput(), reports)

    assert "model_unreadable" == refusal.value.kind


async def test_a_model_is_loaded_once_for_many_jobs(make_whisper: MakeWhisper, samples: Path, reports: Report) -> None:
    whisper = make_whisper()
    await whisper.transcribe(samples / "hello_world.wav", CaptionInput(), reports)
    loaded = whisper.models._loaded

    await whisper.transcribe(samples / "hello_world.wav", CaptionInput(model_size="large"), reports)

    assert loaded is whisper.models._loaded


def test_a_kind_of_numbers_that_the_device_lacks_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="KINOLOG_TRANSCRIBE_COMPUTE_TYPE is int3, but cpu supports only"):
        choose_device("cpu", "int3", 0)
