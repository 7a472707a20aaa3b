"""`kinolog demo` as a newcomer meets it: it succeeds only if everything really happened."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path

KINOLOG = Path(sys.executable).with_name("kinolog")
DEMO_SECONDS = 180


async def demo(folder: Path, *options: str) -> tuple[int | None, str]:
    """Exit status and everything it printed."""
    process = await asyncio.create_subprocess_exec(
        KINOLOG,
        *("demo", "--data-dir", str(folder), "--port", "0", *options),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        env={name: value for name, value in os.environ.items() if not name.startswith("KINOLOG_")},
    )
    output, _ = await asyncio.wait_for(process.communicate(), DEMO_SECONDS)
    return process.returncode, output.decode()


async def test_the_demo_hears_the_sample_and_makes_the_films(tmp_path: Path) -> None:
    status, said = await demo(tmp_path / "data")

    assert 0 == status, said
    assert "Welcome to the video." in said
    assert ["burned.mp4", "captions.srt", "trimmed.mp4"] == sorted(os.listdir(tmp_path / "data" / "results"))
    assert all(f" {job} " in said for job in ("upload", "caption", "burn", "trim"))


async def test_the_demo_fails_with_the_platforms_own_words_when_a_file_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "letter.mp4").write_text("Dear video, how are you?")

    status, said = await demo(tmp_path / "data", "--file", str(tmp_path / "letter.mp4"))

    assert 1 == status
    assert "kinolog: the upload job failed: " in said


async def test_the_demo_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    status, said = await demo(tmp_path / "data", "--file", str(tmp_path / "none.mp4"))

    assert (1, f"kinolog: --file {tmp_path / 'none.mp4'}: there is no such file\n") == (status, said)
