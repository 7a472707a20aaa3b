"""The sound of real media files: in step with the picture, bounded, and refused with a reason where there is none."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

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


@pytest.mark.parametrize("name", ["talk.mp4", "talk.ogg", "talk.mp3"])
async def test_pieces_after_a_break_are_the_same_as_without_it(
    name: str, ffmpeg: Ffmpeg, samples: Path, reports: Report
) -> None:
    """Whatever the codec looks back to, and however many samples it puts in front."""
    talk = ffmpeg(name, "-stream_loop", "3", "-i", str(samples / "video_captions.wav"), "-ar", "44100")
    pieces = await pieces_of(talk, reports)

    again = await pieces_of(talk, reports, begin=pieces[1].end)

    assert len(pieces) > 4
    assert [piece.start for piece in pieces[2:]] == [piece.start for piece in again]
    assert all(np.array_equal(one.sound, other.sound) for one, other in zip(pieces[2:], again, strict=True))


async def test_a_file_that_says_it_is_too_long_is_refused_before_it_is_heard(
    make_whisper: Callable[..., FasterWhisper], hello_video: Path, reports: Any
) -> None:
    whisper = make_whisper(transcribe_max_audio_seconds=5)

    with pytest.raises(PermanentError, match="KINOLOG_TRANSCRIBE_MAX_AUDIO_SECONDS"):
        await heard(whisper, hello_video, CaptionInput(), reports)

    assert [] == reports.phases


def test_two_hours_of_sound_take_no_more_memory_than_one(ffmpeg: Ffmpeg) -> None:
    one, two = (peak_bytes_of(a_tone(ffmpeg, hours)) for hours in (1.0, 2.0))

    assert two < one + 16 * 1024**2


def a_tone(ffmpeg: Ffmpeg, hours: float) -> Path:
    tone = "sine=frequency=300:sample_rate=8000"
    return ffmpeg(f"{hours}.wav", "-f", "lavfi", "-i", tone, "-t", str(3600 * hours), "-c:a", "pcm_u8")


CUTS_A_SOUND: Final = """
import resource, sys
from pathlib import Path
from kinolog.transcribe.adapters import audio

class Nobody:
    check = tell = staticmethod(lambda *_: None)

pieces = audio.pieces(Path(sys.argv[1]), 600.0, 30_000.0, Nobody())
print(sum(len(piece.sound) for piece in pieces) / 16_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def peak_bytes_of(recording: Path) -> int:
    """What a process takes at most that cuts the sound into the usual pieces."""
    command = [sys.executable, "-c", CUTS_A_SOUND, str(recording)]
    seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert float(recording.stem) * 3600 == float(seconds)
    return int(peak)
