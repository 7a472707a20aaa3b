"""Which qualities a film is offered in, and what their playlists say."""

import pytest
from harness.facts import film_facts
from pydantic import ValidationError

from kinolog.common.errors import PassingError
from kinolog.common.jobs import PackageInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.packages import PackageManifest, manifest_from_json, manifest_to_json
from kinolog.common.subtitles import Cue
from kinolog.render.domain.ladder import ladder, most_kbps
from kinolog.render.domain.package import caption_text, refuse_unaligned, told_frame_rate
from kinolog.render.domain.playlist import (
    CaptionTrack,
    Segment,
    Variant,
    bandwidths_of,
    codecs_of,
    master_playlist,
    renamed,
    segments_of,
)
from kinolog.render.domain.progress import EncodeProgress, shares_of
from kinolog.render.domain.sizing import Size

HEIGHTS = (1080, 720, 480, 360)
WRITTEN = """\
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MAP:URI="v720.mp4",BYTERANGE="800@0"
#EXTINF:4.000000,
#EXT-X-BYTERANGE:1000@800
v720.mp4
#EXTINF:2.000000,
#EXT-X-BYTERANGE:900@1800
v720.mp4
#EXT-X-ENDLIST
"""


def facts(*, frame_rate: float, is_interlaced: bool = False, busiest: int | None = None) -> MediaFacts:
    return film_facts(
        frame_rate=frame_rate,
        is_interlaced=is_interlaced,
        is_variable_frame_rate=busiest is not None,
        most_frames_in_a_second=busiest or 0,
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Size(1920, 1080), [(1920, 1080), (1280, 720), (854, 480), (640, 360)]),
        (Size(1280, 720), [(1280, 720), (854, 480), (640, 360)]),
        (Size(720, 1280), [(720, 1280), (480, 854), (360, 640)]),
        (Size(320, 181), [(320, 182)]),
    ],
)
def test_a_film_is_offered_in_every_size_up_to_its_own(source: Size, expected: list[tuple[int, int]]) -> None:
    sizes = [rung.size for rung in ladder(source, HEIGHTS, 25.0)]
    assert expected == [(size.width, size.height) for size in sizes]


def test_heights_are_taken_in_any_order() -> None:
    assert [720, 360] == [rung.size.height for rung in ladder(Size(1280, 720), (360, 720), None)]


def test_a_smaller_picture_may_take_less_but_more_for_each_pixel() -> None:
    large, small = most_kbps(Size(1920, 1080), 30.0), most_kbps(Size(960, 540), 30.0)
    assert large / 4 < small < large


def test_segments_are_read_as_ranges_of_one_file() -> None:
    assert (Segment(4.0, 1000), Segment(2.0, 900)) == segments_of(WRITTEN)


def test_a_playlist_follows_its_file_to_another_name() -> None:
    assert WRITTEN.replace("v720.mp4", "v720-abc.mp4") == renamed(WRITTEN, "v720-abc.mp4")


def test_bandwidth_is_that_of_the_worst_segment() -> None:
    assert (3600, 2533) == bandwidths_of(segments_of(WRITTEN))


def test_codecs_are_read_from_what_ffmpeg_found() -> None:
    written = '#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2"\nv.m3u8\n'
    assert ("avc1.64001e,mp4a.40.2", None) == (codecs_of(written), codecs_of("#EXTM3U\n"))


def test_the_master_playlist_names_every_quality_and_caption() -> None:
    variant = Variant(
        playlist="v720.m3u8",
        size=Size(1280, 720),
        frame_rate=25.0,
        bandwidth=3600,
        average_bandwidth=2533,
        codecs="avc1.64001f",
    )
    track = CaptionTrack(playlist="captions-1.m3u8", language="en", name="en 1")
    expected = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="en 1",LANGUAGE="en",'
        'DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="captions-1.m3u8"',
        "#EXT-X-STREAM-INF:BANDWIDTH=3600,AVERAGE-BANDWIDTH=2533,RESOLUTION=1280x720,FRAME-RATE=25.000,"
        'CODECS="avc1.64001f",SUBTITLES="captions"',
        "v720.m3u8",
    ]
    assert expected == master_playlist([variant], [track]).splitlines()


def test_captions_of_a_transport_stream_go_by_its_clock() -> None:
    cues = [Cue(start=0, end=1, text="Hi")]
    assert ("X-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000", "") == (
        caption_text(cues, "ts").splitlines()[1],
        caption_text(cues, "fmp4").splitlines()[1],
    )


def test_a_quality_tells_the_frame_rate_of_its_film_whatever_its_own_was_found_to_be() -> None:
    assert 17.0 == told_frame_rate(facts(frame_rate=17.0), facts(frame_rate=17.095))


@pytest.mark.parametrize(("busiest", "told"), [(None, 17.0), (24, 24.0), (0, 17.0)])
def test_a_variable_frame_rate_is_told_by_its_busiest_second(busiest: int | None, told: float) -> None:
    assert told == told_frame_rate(facts(frame_rate=17.0, busiest=busiest), facts(frame_rate=17.095))


def test_fields_are_not_told_as_a_frame_rate() -> None:
    assert 25.0 == told_frame_rate(facts(frame_rate=50.0, is_interlaced=True), facts(frame_rate=25.0))


def test_qualities_that_are_cut_elsewhere_are_no_result() -> None:
    with pytest.raises(PassingError, match="different moments"):
        refuse_unaligned([(Segment(4.0, 1), Segment(2.0, 1)), (Segment(3.9, 1), Segment(2.1, 1))])


def test_several_runs_count_once_from_nothing_to_all() -> None:
    heard: list[EncodeProgress] = []
    first, second = shares_of([3, 1], heard.append)
    first(EncodeProgress(50, 2.0, 10.0))
    second(EncodeProgress(100, 2.0, 0.0))
    assert [(37.5, pytest.approx(10 * 62.5 / 37.5)), (100, None)] == [
        (each.percent, each.eta_seconds) for each in heard
    ]


def test_a_manifest_reads_as_it_was_written() -> None:
    manifest = PackageManifest.model_validate({"files": {"v720.m3u8": {"sha256": "a" * 64, "size_bytes": 7}}})
    assert (manifest, 7) == (manifest_from_json(manifest_to_json(manifest)), manifest.size_bytes)


@pytest.mark.parametrize("name", ["../x.mp4", "a/b.ts", "x.exe", "X.mp4", ""])
def test_a_manifest_names_no_other_places(name: str) -> None:
    with pytest.raises(ValidationError):
        PackageManifest.model_validate({"files": {name: {"sha256": "a" * 64, "size_bytes": 7}}})


@pytest.mark.parametrize(
    ("asked", "fix"),
    [
        ({"heights": [720, 720]}, "must not name anything twice"),
        ({"heights": []}, "at least 1 item"),
        ({"heights": [721]}, "multiple of 2"),
        ({"segments": "dash"}, "'fmp4' or 'ts'"),
        ({"segment_seconds": 0.1}, "greater than or equal to 1"),
    ],
)
def test_a_package_that_cannot_be_is_refused_with_its_fix(asked: dict[str, object], fix: str) -> None:
    with pytest.raises(ValidationError, match=fix):
        PackageInput.model_validate(asked)
