"""The sound of several windows keeps its packets, and nobody hears where they meet."""

from array import array
from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from kinolog.common.media.facts import Question
from kinolog.common.media.opened import opened
from kinolog.common.testing.clips import ffmpeg
from kinolog.render.adapters.partial.windowed import windowed_packets
from kinolog.render.domain.aac import FRAME_SAMPLES, SINE, reshaped
from kinolog.render.domain.obstacle import Obstacle, PartialRefused

RATE = 48_000
WINDOWS = ((0.0, 1.123), (2.777, 4.4), (5.01, 7.5))
# As loud as FFmpeg makes them, and what coding adds.
TONE_PEAK = 0.125 * 1.1
TONE = f"sine=440:r={RATE}:d=8"
# Silent in every second half of a second.
PULSES = f"aevalsrc='0.5*sin(2000*PI*t)*lt(mod(t,1),0.5)':s={RATE}:d=8"
# From the fourth second on, by less than a packet.
LATER = f"setts=ts=TS+gt(TS\\,{4 * RATE})*300"


def sound_of(folder: Path, source: str, *options: str, name: str = "sound.m4a") -> Path:
    ffmpeg("-f", "lavfi", "-i", source, *(options or ("-c:a", "aac")), name, folder=folder)
    return folder / name


def windowed(sound: Path, windows: Sequence[tuple[float, float]] = WINDOWS) -> Path:
    made = sound.with_name("windowed.m4a")
    asked = Question(path=str(sound), max_pixels=1, max_streams=1, max_duration_seconds=60.0)
    with opened(asked) as media, av.open(str(made), "w", format="mp4") as film:
        assert media.sound is not None
        stream = film.add_stream_from_template(media.sound)
        for packet in windowed_packets(media, media.sound, stream, windows, media.start):
            film.mux(packet)
    return made


def samples_of(sound: Path) -> "array[float]":
    samples = array("f")
    with av.open(str(sound)) as file:
        for frame in file.decode(audio=0):
            samples.frombytes(bytes(frame.planes[0])[: 4 * frame.samples])
    return samples


def contents_of(sound: Path) -> list[bytes]:
    with av.open(str(sound)) as file:
        return [bytes(packet) for packet in file.demux(audio=0) if packet.size]


def in_other_shape(sound: Path) -> Path:
    """As another encoder would have overlapped packets: that makes a strange sound of it, and a sound it is."""
    other = sound.with_name("other.m4a")
    with av.open(str(sound)) as file, av.open(str(other), "w", format="mp4") as changed:
        stream = changed.add_stream_from_template(file.streams.audio[0])
        for packet in (packet for packet in file.demux(audio=0) if packet.size):
            new = av.Packet(reshaped(bytes(packet), SINE))
            new.pts, new.dts, new.duration, new.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
            new.stream = stream
            changed.mux(new)
    return other


def test_a_tone_stays_as_loud_as_it_is_over_every_cut(tmp_path: Path) -> None:
    heard = samples_of(windowed(sound_of(tmp_path, TONE)))
    inner = heard[FRAME_SAMPLES:-FRAME_SAMPLES]
    quarters = [inner[at : at + RATE // 100] for at in range(0, len(inner) - RATE // 100, RATE // 100)]
    assert max(map(abs, inner)) < TONE_PEAK
    assert min(max(map(abs, quarter)) for quarter in quarters) > TONE_PEAK / 2


def test_a_tone_whose_packets_overlap_in_another_shape_is_joined_as_well(tmp_path: Path) -> None:
    other = in_other_shape(sound_of(tmp_path, TONE))
    before, after = samples_of(other), samples_of(windowed(other))
    steady = slice(RATE // 10, -RATE // 10)
    assert max(map(abs, after[steady])) < 1.05 * max(map(abs, before[steady]))


def test_sound_stays_in_step_within_half_a_packet_behind_every_cut(tmp_path: Path) -> None:
    heard = samples_of(windowed(sound_of(tmp_path, PULSES)))
    begins = [at for at in range(RATE // 10, len(heard)) if abs(heard[at]) > 0.1 > max(map(abs, heard[at - 900 : at]))]
    # The pulses of the seconds 1, 3, 4, 6 and 7.
    meant = [1.0, 1.123 + 3 - 2.777, 1.123 + 4 - 2.777, 2.746 + 6 - 5.01, 2.746 + 7 - 5.01]
    assert meant == pytest.approx([at / RATE for at in begins], abs=0.011 + 0.002)


def test_only_some_packets_next_to_each_cut_are_new(tmp_path: Path) -> None:
    sound = sound_of(tmp_path, TONE)
    old, made = set(contents_of(sound)), contents_of(windowed(sound))
    new = [packet for packet in made if packet not in old]
    assert len(new) <= 10 * (len(WINDOWS) - 1) < len(made) / 10


def test_sound_of_another_codec_is_refused(tmp_path: Path) -> None:
    sound = sound_of(tmp_path, TONE, "-c:a", "libmp3lame", name="sound.mp3")
    with pytest.raises(PartialRefused) as refused:
        windowed(sound)
    assert refused.value.obstacle is Obstacle.UNFIT_SOUND


def test_a_window_that_new_packets_would_fill_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PartialRefused, match="shorter"):
        windowed(sound_of(tmp_path, TONE), ((0.0, 2.0), (3.0, 3.15), (4.0, 5.0)))


def test_sound_with_a_gap_is_refused_before_any_packet_is_written(tmp_path: Path) -> None:
    sound = sound_of(tmp_path, TONE)
    ffmpeg("-i", sound.name, "-c", "copy", "-bsf:a", LATER, "gap.m4a", folder=tmp_path)
    with pytest.raises(PartialRefused, match="out of pace"):
        windowed(tmp_path / "gap.m4a", ((1.0, 3.0), (5.0, 7.0)))
