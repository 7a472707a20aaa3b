"""Makes hello.mp4, the clip that the demo and the end-to-end tests caption, burn and trim.

Run it with the project's Python: `.venv/bin/python tests/data/sample/make_sample.py`. It needs nothing but the spoken
samples beside it and the ffmpeg that comes with imageio-ffmpeg.
"""

import subprocess
from pathlib import Path
from typing import Final

import imageio_ffmpeg

HERE: Final = Path(__file__).parent
SPOKEN: Final = HERE.parent / "whisper-fixture" / "samples"
VOICES: Final = ("video_captions.wav", "british.wav")

FRAMES_PER_SECOND: Final = 25
# Three scenes, so that there are cuts to find: seconds, two colours that flow into each other.
SCENES: Final = ((3.72, "0x14213d", "0x3a86ff"), (3.0, "0x5f0f40", "0xfb8b24"), (5.0, "0x132a13", "0x90a955"))


def main() -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *_arguments()], check=True)


def _arguments() -> list[str]:
    pictures = [argument for scene in SCENES for argument in ("-f", "lavfi", "-i", _picture(*scene))]
    voices = [argument for name in VOICES for argument in ("-i", str(SPOKEN / name))]
    return [*pictures, *voices, "-filter_complex", _joined(), "-map", "[v]", "-map", "[a]", *_encoding()]


def _picture(seconds: float, dark: str, light: str) -> str:
    return f"gradients=s=640x360:r={FRAMES_PER_SECOND}:d={seconds}:c0={dark}:c1={light}:n=2:speed=0.03:seed=7"


def _joined() -> str:
    scenes, voices = len(SCENES), len(VOICES)
    video = "".join(f"[{index}:v]" for index in range(scenes)) + f"concat=n={scenes}:v=1[v]"
    audio = "".join(f"[{index}:a]" for index in range(scenes, scenes + voices)) + f"concat=n={voices}:v=0:a=1[a]"
    return f"{video};{audio}"


def _encoding() -> list[str]:
    return [
        *("-c:v", "libx264", "-preset", "slow", "-crf", "26", "-pix_fmt", "yuv420p", "-threads", "1"),
        *("-c:a", "aac", "-b:a", "64k", "-ar", "48000", "-ac", "1"),
        *("-movflags", "+faststart", "-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1"),
        str(HERE / "hello.mp4"),
    ]


if __name__ == "__main__":
    main()
