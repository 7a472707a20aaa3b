"""What people are told of a video that was made again."""

from typing import Any

from kinolog.cli.reproduce import result_lines

FOUND: dict[str, Any] = {
    "is_identical": False,
    "explanation": "ffmpeg was 8.0 and is 9.0",
    "picture_frames": 3,
    "sound_frames": 90,
    "difference": {"track": "picture", "frame": 3, "seconds_then": 0.12, "seconds_now": None},
    "programs_then": {"ffmpeg": "8.0"},
    "programs_now": {"ffmpeg": "9.0", "pyav": "16.0"},
    "fonts_then": [{"family": "Arimo", "sha256": "ab" * 32}],
    "fonts_now": [],
}


def test_a_difference_is_told_with_its_place_and_what_has_changed_since() -> None:
    assert [
        "different: ffmpeg was 8.0 and is 9.0",
        "compared: 3 frames of picture, 90 of sound",
        "first difference: picture, frame 3, then at 0.120 s, now at no time",
        "ffmpeg: then 8.0, now 9.0",
        "pyav: then —, now 16.0",
        "font then: Arimo abababababab",
    ] == list(result_lines(FOUND))


def test_a_difference_of_a_further_track_names_it() -> None:
    lines = list(result_lines({**FOUND, "difference": {**FOUND["difference"], "track": "sound", "track_number": 2}}))
    assert "first difference: sound 2, frame 3, then at 0.120 s, now at no time" in lines


def test_equal_videos_have_no_difference_to_tell() -> None:
    lines = list(result_lines({**FOUND, "is_identical": True, "explanation": "the same", "difference": None}))
    assert ["identical: the same", "compared: 3 frames of picture, 90 of sound"] == lines[:2]
