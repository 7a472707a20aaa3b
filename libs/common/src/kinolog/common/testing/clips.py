"""Small clips made by ffmpeg itself, with the hostile files that go by their names."""

import subprocess
from pathlib import Path
from typing import Final

import imageio_ffmpeg

SIZE: Final = "320x180"
FRAMES_PER_SECOND: Final = 25


def ffmpeg(*arguments: str, folder: Path) -> None:
    """Raises CalledProcessError."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603


def make_clip(
    folder: Path, name: str, *, seconds: float = 2.0, picture: str = "testsrc2", sound: bool = True, options: str = ""
) -> Path:
    """A clip of 25 frames a second, 320×180, with a key frame twice a second; `options` go to the encoder."""
    sources = [
        "-f",
        "lavfi",
        "-i",
        f"{picture}{':' if '=' in picture else '='}s={SIZE}:r={FRAMES_PER_SECOND}:d={seconds}",
    ]
    sources += ["-f", "lavfi", "-i", f"sine=d={seconds}"] if sound else []
    codecs = "-c:v libx264 -preset ultrafast -bf 2 -pix_fmt yuv420p -g 12 -c:a aac"
    ffmpeg(*sources, *codecs.split(), *options.split(), name, folder=folder)
    return folder / name


def truncated(clip: Path, name: str, share: float) -> Path:
    """The first part of a file, as an upload that broke off leaves it."""
    cut = clip.with_name(name)
    cut.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * share)])
    return cut
