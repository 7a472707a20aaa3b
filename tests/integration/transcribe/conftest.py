"""The real faster-whisper on a real, tiny model, and samples of which every word is known."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Unpack

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from kinolog.transcribe import wiring
from kinolog.transcribe.adapters.faster_whisper import FasterWhisper
from kinolog.transcribe.domain.transcript import Measures
from kinolog.transcribe.settings import TranscribeSettings

MakeWhisper = Callable[..., FasterWhisper]
Ffmpeg = Callable[..., Path]

DATA: Final = Path(__file__).parents[2] / "data"


@dataclass
class Reports:
    """Everything a transcriber reported, as (phase, percent)."""

    seen: list[tuple[str, float | None]] = field(default_factory=list)

    def __call__(self, phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None:
        self.seen.append((phase, percent))

    @property
    def phases(self) -> list[str]:
        return list(dict.fromkeys(phase for phase, _ in self.seen))


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture(scope="session")
def model_dir() -> Path:
    return DATA / "whisper-fixture" / "model"


@pytest.fixture(scope="session")
def samples() -> Path:
    return DATA / "whisper-fixture" / "samples"


@pytest.fixture(scope="session")
def truth(samples: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((samples / "truth.json").read_text())
    return answer


@pytest.fixture(scope="session")
def hello_video() -> Path:
    return DATA / "sample" / "hello.mp4"


@pytest.fixture(scope="session")
def make_whisper(model_dir: Path) -> MakeWhisper:
    """A transcriber on the tiny model, with whatever settings a test wants otherwise."""

    def make(**changes: Any) -> FasterWhisper:
        usual = {"transcribe_model_dir": model_dir, "transcribe_device": "cpu", "transcribe_cpu_threads": 1}
        return wiring.transcriber(TranscribeSettings(**{**usual, **changes}))

    return make


@pytest.fixture(scope="session")
def whisper(make_whisper: MakeWhisper) -> FasterWhisper:
    """One for many tests, as one serves all jobs of a worker."""
    return make_whisper()


@pytest.fixture
def ffmpeg(tmp_path: Path) -> Ffmpeg:
    """Makes a media file and returns its path."""

    def make(name: str, *arguments: str) -> Path:
        target = tmp_path / name
        subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *arguments, str(target)], check=True)
        return target

    return make
