"""Rules about media that need no file: which frame tells most, what a file is called, what a video inherits."""

import pytest
from harness.facts import film_facts
from PIL import Image, ImageDraw, ImageFilter

from kinolog.common.events import BlobRef
from kinolog.common.media.formats import media_type, short_name
from kinolog.common.media.identity import Identity, registered
from kinolog.common.media.poster import how_telling

FACTS = film_facts(duration=2.0, width=320, height=180, frame_rate=25.0, frame_count=50)


def picture(dark: int, light: int) -> Image.Image:
    image = Image.new("RGB", (64, 64), (dark, dark, dark))
    image.paste((light, light, light), (0, 0, 32, 64))
    return image


@pytest.mark.parametrize(("plain", "light"), [(0, 20), (128, 128), (235, 255)], ids=["black", "grey", "white"])
def test_a_picture_with_contrast_tells_more_than_a_plain_one(plain: int, light: int) -> None:
    assert how_telling(picture(40, 200)) > how_telling(picture(plain, light))


def test_a_faint_picture_in_focus_tells_more_than_a_strong_one_that_is_blurred() -> None:
    faint, strong = Image.new("RGB", (320, 180), "gray"), Image.new("RGB", (320, 180), "black")
    ImageDraw.Draw(faint).multiline_text((20, 20), "In focus\n" * 9, fill="white")
    strong.paste("white", (0, 0, 160, 180))
    assert how_telling(faint) > how_telling(strong.filter(ImageFilter.GaussianBlur(8)))


@pytest.mark.parametrize("size", [(1, 1), (2, 9)])
def test_the_smallest_pictures_tell_little(size: tuple[int, int]) -> None:
    assert 0.0 == how_telling(Image.new("RGB", size, "gray"))


@pytest.mark.parametrize(
    ("container", "video", "audio", "expected"),
    [
        ("mp4", "h264", "aac", "video/mp4"),
        ("mp4", None, "aac", "audio/mp4"),
        ("matroska", "vp9", "opus", "video/webm"),
        ("matroska", "h264", "aac", "video/x-matroska"),
        ("matroska", None, "opus", "audio/webm"),
        ("unheard-of", "h264", None, "application/octet-stream"),
    ],
)
def test_the_media_type_follows_from_what_is_inside(
    container: str, video: str | None, audio: str | None, expected: str
) -> None:
    assert expected == media_type(container, video, audio)


def test_a_container_is_named_so_that_the_name_pins_its_demuxer() -> None:
    assert ("mp4", "ogg") == (short_name("mov,mp4,m4a,3gp,3g2,mj2"), short_name("ogg"))


def test_a_video_has_the_media_type_that_was_found_and_not_the_one_claimed() -> None:
    claimed = BlobRef(sha256="0" * 64, size_bytes=10, media_type="text/html")
    event = registered("job_1", Identity(project_id="prj_1", title="A", filename="a.mp4"), claimed, FACTS)
    assert ("video/mp4", "job_1", 10) == (event.content.media_type, event.job_id, event.size_bytes)


def test_a_video_names_the_report_of_its_file() -> None:
    content, probe = BlobRef(sha256="0" * 64, size_bytes=10), BlobRef(sha256="1" * 64, size_bytes=5)
    event = registered("job_1", Identity(project_id="prj_1", title="A", filename="a.mp4"), content, FACTS, probe=probe)
    assert probe == event.probe
