"""What is found out about files of every kind, and that strange ones are told of plainly and briefly."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.media.inspector import Inspected, Inspector
from kinolog.common.media.settings import MediaSettings
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.zoo import Zoo

MEBIBYTE: Final = 1024 * 1024

USUAL: Final = {
    "video_codec": "h264",
    "audio_codec": "aac",
    "width": 320,
    "height": 180,
    "rotation": 0,
    "frame_count": 100,
    "is_interlaced": False,
    "is_variable_frame_rate": False,
    "dynamic_range": "sdr",
    "audio_channels": 1,
    "audio_track_count": 1,
    "chapter_count": 0,
    "recorded_at": None,
}
SILENT: Final = {"audio_codec": None, "audio_channels": None, "audio_track_count": 0}
UNSEEN: Final = dict.fromkeys(("video_codec", "width", "height", "dynamic_range")) | {"frame_count": 0}
EXPECTED: Final[dict[str, dict[str, Any]]] = {
    "h264": {},
    "variable_rate": {"frame_count": 57, "is_variable_frame_rate": True},
    "hevc_10_bit": {"video_codec": "hevc"},
    "vp9": {"video_codec": "vp9", "audio_codec": "opus"},
    "av1": {"video_codec": "av1"},
    "transport_stream": {},
    "no_sound": SILENT,
    "sound_only": UNSEEN,
    "rotated": {"rotation": 270},
    "edit_list": {"frame_count": 82},
    "interlaced": {"is_interlaced": True},
    "two_tracks": {"audio_track_count": 2},
    "chapters": {"chapter_count": 2},
    "recorded": {"recorded_at": "2024-05-06T07:08:09+00:00"},
    "hdr10": {"video_codec": "hevc", "dynamic_range": "hdr10"},
    "hlg": {"video_codec": "hevc", "dynamic_range": "hlg"},
    "dolby": {"video_codec": "hevc", "dynamic_range": "dolby_vision"},
    "ntsc": {"frame_count": 120},
}
STILL_ON_THE_WAY: Final = (
    "-f lavfi -i testsrc2=s=64x64:r=50:d=4,select='not(between(t,1,3.9))'"
    " -fps_mode vfr -c:v libx264 -preset ultrafast -bf 2 -pix_fmt yuv420p"
)


async def inspected(file: Path, workdir: Path, **settings: int) -> Inspected:
    return await Inspector(MediaSettings.model_validate(settings)).inspect(file, workdir)


async def test_a_film_whose_picture_stands_still_is_no_longer_than_it_is_shown(tmp_path: Path) -> None:
    ffmpeg(*STILL_ON_THE_WAY.split(), "film.mp4", folder=tmp_path)
    assert 4.0 == pytest.approx((await inspected(tmp_path / "film.mp4", tmp_path)).facts.duration, abs=0.001)


async def report_of(file: Path, workdir: Path, **settings: int) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((await inspected(file, workdir, **settings)).report.read_text("utf-8"))
    return report


def relabelled(film: Path, place: Path, tags: Mapping[str, str], titles: Sequence[str] = ()) -> Path:
    """The same packets with other tags, and a chapter of a millisecond for each title."""
    clock = Fraction(1, 1_000)
    with av.open(str(film)) as source, av.open(str(place), "w") as copy:
        copies = {stream.index: copy.add_stream_from_template(stream) for stream in source.streams}
        copy.metadata.update(tags)
        copy.set_chapters(
            [
                {"id": n, "start": n, "end": n + 1, "time_base": clock, "metadata": {"title": title}}
                for n, title in enumerate(titles)
            ]
        )
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                copy.mux(packet)
    return place


@pytest.mark.parametrize("name", EXPECTED)
async def test_what_is_found_out_about_a_file(zoo: Zoo, tmp_path: Path, name: str) -> None:
    facts = (await inspected(zoo.film(name), tmp_path)).facts
    assert USUAL | EXPECTED[name] == {field: getattr(facts, field) for field in USUAL}


async def test_the_report_tells_of_every_stream(zoo: Zoo, tmp_path: Path) -> None:
    streams = (await report_of(zoo.film("two_tracks"), tmp_path))["streams"]
    told = [(stream["kind"], stream["codec"], stream["language"], stream["title"]) for stream in streams]
    assert [("video", "h264", None, None), ("audio", "aac", None, None), ("audio", "aac", "deu", "Kommentar")] == told


async def test_the_report_tells_how_a_picture_is_to_be_seen(zoo: Zoo, tmp_path: Path) -> None:
    colour = (await report_of(zoo.film("hdr10"), tmp_path))["picture"]["colour"]
    assert {
        "pixel_format": "yuv420p10le",
        "bit_depth": 10,
        "primaries": 9,
        "transfer": 16,
        "matrix": 9,
        "is_full_range": False,
    } == colour


async def test_the_report_tells_the_chapters(zoo: Zoo, tmp_path: Path) -> None:
    chapters = (await report_of(zoo.film("chapters"), tmp_path))["chapters"]
    beginning, end = "The beginning", "The end"
    assert [
        {"start": 0.0, "end": 1.5, "title": beginning},
        {"start": 1.5, "end": 4.0, "title": end},
    ] == chapters


async def test_the_report_has_the_key_frames_in_the_ticks_of_the_film(zoo: Zoo, tmp_path: Path) -> None:
    key_frames = (await report_of(zoo.film("open_group"), tmp_path))["picture"]["key_frames"]
    numerator, denominator = key_frames["time_base"]
    moments = [round(moment * numerator / denominator, 3) for moment in key_frames["moments"]]
    assert ([0.0, 1.08, 2.16, 3.24], [1, 2, 3], 1.08) == (moments, key_frames["open"], key_frames["longest_distance"])


async def test_the_report_tells_what_an_edit_list_hides(zoo: Zoo, tmp_path: Path) -> None:
    picture = (await report_of(zoo.film("edit_list"), tmp_path))["picture"]
    assert (True, 18, 3_584) == (
        picture["is_edited"],
        picture["hidden_frame_count"],
        picture["key_frames"]["moments"][0],
    )


async def test_the_report_of_the_same_file_is_the_same(zoo: Zoo, tmp_path: Path) -> None:
    first, second = [(await inspected(zoo.film("chapters"), tmp_path)).report for _ in range(2)]
    assert first.read_bytes() == second.read_bytes()


async def test_where_a_film_was_recorded_is_told_nowhere(zoo: Zoo, tmp_path: Path) -> None:
    assert "48.1" not in (await inspected(zoo.film("recorded"), tmp_path)).report.read_text()


async def test_endless_tags_are_told_briefly(zoo: Zoo, tmp_path: Path) -> None:
    tags = {"title": "A\x1b" + "A" * 10_000_000, "creation_time": "1904-01-01T00:00:00Z"}
    report = await report_of(relabelled(zoo.film("no_sound"), tmp_path / "tags.mkv", tags), tmp_path)
    assert ("A " + "A" * 198, None) == (report["container"]["tags"]["title"], report["container"]["recorded_at"])


async def test_endless_chapters_are_told_briefly(zoo: Zoo, tmp_path: Path) -> None:
    crowd = relabelled(zoo.film("no_sound"), tmp_path / "crowd.mkv", {}, ["🎬" * 500] * 3_000)
    found = await inspected(crowd, tmp_path)
    assert (1_000, True) == (found.facts.chapter_count, found.report.stat().st_size < MEBIBYTE)


async def test_endless_subtitles_are_told_briefly(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "words.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    sources = ("-i", str(zoo.film("no_sound")), "-i", "words.srt", "-map", "0", *("-map", "1") * 500)
    ffmpeg(*sources, "-c", "copy", "crowd.mkv", folder=tmp_path)
    report = await report_of(tmp_path / "crowd.mkv", tmp_path)
    assert (501, 64) == (report["stream_count"], len(report["streams"]))


async def test_a_title_in_an_old_character_set_is_no_reason_to_refuse_a_film(tmp_path: Path) -> None:
    ffmpeg(*["-f", "lavfi", "-i", "sine=d=1", "-metadata", "title=XYZW", "sound.wav"], folder=tmp_path)
    (tmp_path / "old.wav").write_bytes((tmp_path / "sound.wav").read_bytes().replace(b"XYZW", b"Gr\xfcn"))
    assert "Gr�n" == (await report_of(tmp_path / "old.wav", tmp_path))["container"]["tags"]["title"]


async def test_a_header_without_a_film_is_refused(zoo: Zoo, tmp_path: Path) -> None:
    ffmpeg("-i", str(zoo.film("h264")), *["-c", "copy", "-movflags", "empty_moov", "film.mp4"], folder=tmp_path)
    film = (tmp_path / "film.mp4").read_bytes()
    (tmp_path / "header.mp4").write_bytes(film[: film.index(b"moof") - 4])
    with pytest.raises(PermanentError, match="nothing to play"):
        await inspected(tmp_path / "header.mp4", tmp_path)


@pytest.mark.parametrize(("aspect", "width"), [("32:9", 640), ("2000000000:1", 320), ("1:100", 320)])
async def test_pixels_are_stretched_within_reason(zoo: Zoo, tmp_path: Path, aspect: str, width: int) -> None:
    stretched = tmp_path / "stretched.mkv"
    ffmpeg("-i", str(zoo.film("no_sound")), "-c", "copy", "-aspect", aspect, stretched.name, folder=tmp_path)
    assert width == (await inspected(stretched, tmp_path)).facts.width


async def test_a_report_lists_no_more_than_it_is_set_to(zoo: Zoo, tmp_path: Path) -> None:
    report = await report_of(zoo.film("chapters"), tmp_path, probe_max_chapters=1, probe_max_key_frames=2)
    key_frames = report["picture"]["key_frames"]
    assert (1, 4, 2, [0, 25_600]) == (
        len(report["chapters"]),
        key_frames["count"],
        key_frames["every"],
        key_frames["moments"],
    )


async def test_the_poster_is_neither_black_nor_blurred(tmp_path: Path) -> None:
    black, blurred, faint = "lt(t,2)", "between(t,2,6.9)", "gte(t,6.95)"
    film = f"drawbox=c=black:t=fill:enable='{black}',gblur=12:enable='{blurred}',eq=contrast=0.3:enable='{faint}'"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=10", "-vf", film),
        *["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "film.mp4"],
        folder=tmp_path,
    )
    poster = (await inspected(tmp_path / "film.mp4", tmp_path)).facts.poster
    assert 7.0 == (poster and poster.at)
