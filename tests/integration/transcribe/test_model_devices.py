"""Models go onto devices that compute, and it is told which one that was."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Unpack

import pytest

from kinolog.common.errors import BadSettings, ChildError, PassingError, PermanentError
from kinolog.transcribe.adapters import digests
from kinolog.transcribe.adapters.devices import Device, choose_devices
from kinolog.transcribe.adapters.digests import Digests
from kinolog.transcribe.adapters.loading import LoadedModel, Loader, try_model
from kinolog.transcribe.adapters.model_folder import FoundModel
from kinolog.transcribe.adapters.thread import Caller
from kinolog.transcribe.domain.transcript import Measures

CPU = Device(name="cpu", compute_type="int8", cpu_threads=1)
# No machine that runs these tests has a GPU for Whisper under this name.
NO_GPU = Device(name="cuda", compute_type="float16")


def quiet(phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None:
    """Nobody listens."""


async def load(folder: Path, *devices: Device) -> LoadedModel:
    loader = Loader(devices, Digests(), try_seconds=60)
    return await asyncio.to_thread(loader.load, FoundModel.at("tiny", folder), Caller(quiet))


async def test_a_model_tells_its_digest_and_what_it_runs_on(model_dir: Path) -> None:
    loaded = await load(model_dir, CPU)

    digest = hashlib.sha256((model_dir / "model.bin").read_bytes()).hexdigest()
    assert ("tiny", digest, "cpu") == (loaded.name, loaded.sha256, loaded.device)
    assert loaded.compute_type.startswith("int8")
    assert f"tiny@{digest[:12]} (cpu, {loaded.compute_type})" == loaded.label


async def test_where_the_gpu_does_not_compute_the_cpu_does_and_that_is_recorded(
    model_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = await load(model_dir, NO_GPU, CPU)

    assert "cpu" == loaded.device
    assert "Cannot run a model here, so the next device takes it" in capsys.readouterr().out


async def test_a_gpu_that_was_asked_for_and_does_not_compute_fails_the_attempt(model_dir: Path) -> None:
    with pytest.raises(PassingError, match="set KINOLOG_TRANSCRIBE_DEVICE to cpu") as failure:
        await load(model_dir, NO_GPU)

    assert "device_failed" == failure.value.kind


async def test_a_device_is_tried_in_a_process_of_its_own(model_dir: Path) -> None:
    await try_model(model_dir, CPU, timeout_seconds=60)

    with pytest.raises(ChildError):
        await try_model(model_dir, NO_GPU, timeout_seconds=60)


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
    damage: Callable[[Path], object], reason: str, model_dir: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(model_dir, tmp_path / "broken")
    damage(folder)

    with pytest.raises(PermanentError, match=reason) as refusal:
        await load(folder, CPU)

    assert "model_unreadable" == refusal.value.kind


class CountedReads:
    """Of files, as the module that reads them for their digests sees the system."""

    def __init__(self) -> None:
        self.files: list[int] = []

    def __call__(self, file: int) -> Iterator[bytes]:
        self.files.append(file)
        yield os.read(file, 100)


async def test_a_file_is_read_for_its_digest_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, known, caller = CountedReads(), Digests(), Caller(quiet)
    monkeypatch.setattr(digests, "_chunks", reads)
    file = tmp_path / "part"
    file.write_bytes(b"one")
    first = [known.of(file, caller), known.of(file.rename(tmp_path / "model.bin"), caller)]

    (tmp_path / "model.bin").write_bytes(b"other")

    assert [hashlib.sha256(b"one").hexdigest()] * 2 == first
    assert hashlib.sha256(b"other").hexdigest() == known.of(tmp_path / "model.bin", caller)
    assert 2 == len(reads.files)


def test_a_kind_of_numbers_that_the_device_lacks_is_refused_at_the_start() -> None:
    with pytest.raises(BadSettings, match="KINOLOG_TRANSCRIBE_COMPUTE_TYPE is int3, but cpu supports only"):
        choose_devices("cpu", "int3", 0)
