"""The sound of real media files: in step with the picture, bounded, and refused with a reason where there is none."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from harness.hearing import heard

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.adapters import audio
from kinolog.transcribe.adapters.cutting import RATE, Sound
from kinolog.transcribe.adapters.faster_whisper import FasterWhisper
from kinolog.transcribe.adapters.thread import Caller
from kinolog.transcribe.domain.transcript import Report

Ffmpeg = Callable[..., Path]

PICTURE: Final = ("-f", "lavfi", "-i", "color=s=64x36:d=4")
BEEP: Final = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1")


async def decoded(source: Path, report: Report, max_seconds: float = 60) -> Sound:
    """All pieces, joined again."""
    return np.concatenate([piece.sound for piece in await pieces_of(source, report, max_seconds)])


async def pieces_of(source: Path, report: Report, max_seconds: float = 60, begin: float = 0.0) -> list[audio.Piece]:
    caller = Caller(report)
    return await asyncio.to_thread(lambda: list(audio.pieces(source, 5.0, max_seconds, caller, begin=begin)))


def first_sound_seconds(sound: Sound) -> float:
    return float(np.argmax(np.abs(sound) > 0.03)) / RATE


async def test_sound_that_begins_late_stays_in_its_place(ffmpeg: Ffmpeg, reports: Report) -> None:
    late = ffmpeg("late.mp4", *PICTURE, "-itsoffset", "2", *BEEP, "-map", "0:v", "-map", "1:a")

    samples = await decoded(late, reports)

    assert 2.0 == pytest.approx(first_sound_seconds(samples), abs=0.05)


async def test_a_hole_in_the_sound_is_filled_with_silence(ffmpeg: Ffmpeg, reports: Report) -> None:
    tone = "sine=frequency=440:duration=3,aselect='lt(t,1)+gt(t,2)'"
    holed = ffmpeg("holed.mkv", *PICTURE, "-f", "lavfi", "-i", tone, "-c:a", "pcm_s16le")

    samples = await decoded(holed, reports)

    assert 3.0 == pytest.approx(len(samples) / RATE, abs=0.1)
    assert 0 == np.abs(samples[int(1.2 * RATE) : int(1.8 * RATE)]).max()


async def test_times_count_from_the_beginning_of_the_file(ffmpeg: Ffmpeg, reports: Report) -> None:
    recorded = ffmpeg("broadcast.ts", *PICTURE, *BEEP, "-output_ts_offset", "500")

    samples = await decoded(recorded, reports)

    assert first_sound_seconds(samples) < 0.1


async def test_several_channels_become_one(ffmpeg: Ffmpeg, reports: Report) -> None:
    surround = ffmpeg("surround.mkv", *BEEP, "-ac", "6", "-ar", "44100", "-c:a", "flac")

    assert 1.0 == pytest.approx(len(await decoded(surround, reports)) / RATE, abs=0.01)


async def test_a_video_without_sound_is_refused(whisper: FasterWhisper, ffmpeg: Ffmpeg, reports: Report) -> None:
    silent = ffmpeg("silent.mp4", *PICTURE)

    with pytest.raises(PermanentError, match="has no sound") as refusal:
        await heard(whisper, silent, CaptionInput(), reports)

    assert "no_audio" == refusal.value.kind


@pytest.mark.parametrize("content", [b"", b"This is no film.", b"\0" * 5_000, b"#EXTM3U\nhttp://127.0.0.1:9/a.ts\n"])
async def test_what_is_no_media_file_is_refused(
    content: bytes, whisper: FasterWhisper, tmp_path: Path, reports: Report
) -> None:
    (tmp_path / "garbage").write_bytes(content)

    with pytest.raises(PermanentError, match="cannot be decoded") as refusal:
        await heard(whisper, tmp_path / "garbage", CaptionInput(), reports)

    assert "audio_unreadable" == refusal.value.kind


async def test_a_format_that_kinolog_does_not_open_is_refused(ffmpeg: Ffmpeg, reports: Report) -> None:
    with pytest.raises(PermanentError, match="cannot be decoded"):
        await decoded(ffmpeg("sound.aiff", *BEEP), reports)


async def test_a_damaged_file_gives_what_can_still_be_heard(ffmpeg: Ffmpeg, reports: Report) -> None:
    whole = ffmpeg("whole.ts", "-f", "lavfi", "-i", "sine=frequency=440:duration=8")
    content = bytearray(whole.read_bytes())
    content[len(content) // 3 : len(content) // 2] = b"\xff" * (len(content) // 2 - len(content) // 3)
    whole.write_bytes(content)

    assert len(await decoded(whole, reports)) > 3 * RATE


async def test_sound_beyond_the_limit_is_refused(hello_video: Path, reports: Report) -> None:
    with pytest.raises(PermanentError, match="longer than 5 s") as refusal:
        await decoded(hello_video, reports, max_seconds=5)

    assert "audio_too_long" == refusal.value.kind


async def test_a_leap_in_time_allocates_nothing_beyond_the_limit(ffmpeg: Ffmpeg, reports: Report) -> None:
    leap = "sine=frequency=440:duration=2,asetpts='PTS+gt(T,1)*100000/TB'"
    leaping = ffmpeg("leap.mkv", "-f", "lavfi", "-i", leap, "-c:a", "pcm_s16le")

    with pytest.raises(PermanentError, match="longer than 60 s"):
        await decoded(leaping, reports)


async def test_a_moment_of_sound_can_be_listened_to(whisper: FasterWhisper, ffmpeg: Ffmpeg, reports: Report) -> None:
    click = ffmpeg("click.wav", "-f", "lavfi", "-i", "sine=frequency=440:duration=0.01")

    transcript = await heard(whisper, click, CaptionInput(), reports)

    assert () == transcript.segments
