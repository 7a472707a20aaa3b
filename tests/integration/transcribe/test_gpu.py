"""What a machine says of its GPU, whichever this is."""

from pathlib import Path

from kinolog.transcribe import wiring
from kinolog.transcribe.adapters.gpu import count_gpus, find_gpus
from kinolog.transcribe.settings import TranscribeSettings


async def test_a_gpu_is_found_where_the_library_sees_one_and_a_driver_is_there() -> None:
    is_there = await count_gpus(60.0) > 0 and any(Path(file).exists() for file in ("/dev/nvidiactl", "/dev/dxg"))
    assert (("cuda",) if is_there else ()) == await find_gpus(60.0)


async def test_a_worker_that_was_given_the_cpu_has_no_gpu() -> None:
    assert () == await wiring.find_gpu(TranscribeSettings(transcribe_device="cpu"))
