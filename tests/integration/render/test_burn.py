"""Burning captions into real films: what is drawn, where, in which font, and what is refused."""

import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import av
import fontpkg
import imageio_ffmpeg
import pytest
from fontTools.ttLib import TTFont

from kinolog.common.aggregates import CAPTION
from kinolog.common.errors import PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionDeleted
from kinolog.common.jobs import BurnInput, BurnOutput
from kinolog.common.log import load
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.examples import ORIGIN
from kinolog.common.testing.workshop import Workshop
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.adapters.typesetter import AssTypesetter
from kinolog.render.domain.typeset import Frame

HELLO = Cue(start=0.2, end=0.8, text="Hello")
LARGE = CaptionStyle(font_size=60)
PICTURE = Frame(width=320, height=180)

Burn = Callable[[str, BurnInput], Awaitable[BurnOutput]]
BurnFile = Callable[..., Awaitable[Path]]


@pytest.fixture
def burn_file(burn: Burn, workshop: Workshop) -> BurnFile:
    async def run(clip: Path, cue: Cue = HELLO, style: CaptionStyle = LARGE, **video: object) -> Path:
        video_id = await workshop.add_video(clip, **video)
        caption_id = await workshop.add_caption(video_id, cue)
        output = await burn(video_id, BurnInput(caption_id=caption_id, style=style))
        return workshop.path_of((await workshop.video(output.video_id)).content)

    return run


def yellow_pixels(file: Path, at: float, *, upper_half: bool = False) -> int:
    """How many pixels of the frame at a moment are yellow, which a blue picture has only where captions are."""
    with av.open(str(file)) as film:
        frame = next(frame for frame in film.decode(video=0) if frame.time is not None and frame.time >= at)
    picture = frame.to_ndarray(format="rgb24")
    half = picture[: picture.shape[0] // 2] if upper_half else picture[picture.shape[0] // 2 :]
    return int(((half[:, :, 0] > 150) & (half[:, :, 1] > 150) & (half[:, :, 2] < 100)).sum())


async def test_captions_are_drawn_while_they_are_spoken(burn_file: BurnFile, blue_clip: Path) -> None:
    film = await burn_file(blue_clip)
    assert (True, 0) == (yellow_pixels(film, 0.4) > 100, yellow_pixels(film, 1.2))


async def test_alignment_puts_captions_elsewhere(burn_file: BurnFile, blue_clip: Path) -> None:
    film = await burn_file(blue_clip, style=CaptionStyle(font_size=60, alignment="8"))
    assert (True, 0) == (yellow_pixels(film, 0.4, upper_half=True) > 100, yellow_pixels(film, 0.4))


async def test_a_style_of_the_caption_counts_where_the_job_names_none(
    workshop: Workshop, burn: Burn, blue_clip: Path
) -> None:
    video_id = await workshop.add_video(blue_clip)
    caption_id = await workshop.add_caption(video_id, HELLO, style={"fontSize": 60, "primaryColor": "#ff0000"})
    output = await burn(video_id, BurnInput(caption_id=caption_id))
    assert 0 == yellow_pixels(await film_of(workshop, output), 0.4)


async def test_a_burned_video_is_the_child_of_its_source(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    source_id = await workshop.add_video(blue_clip, title="Blue", filename="../blue.mov")
    caption_id = await workshop.add_caption(source_id, HELLO)
    video = await workshop.video((await burn(source_id, BurnInput(caption_id=caption_id))).video_id)
    assert {
        "title": "Blue (captioned)",
        "filename": "blue-captioned.mp4",
        "parent_video_id": source_id,
        "is_clip": False,
        "width": 320,
        "height": 180,
        "container": "mp4",
        "audio_codec": "aac",
    } == video.model_dump(
        include={"title", "filename", "parent_video_id", "is_clip", "width", "height", "container", "audio_codec"}
    )


async def test_no_frame_and_no_sound_is_lost(burn_file: BurnFile, blue_clip: Path) -> None:
    film = await burn_file(blue_clip)
    assert packets_of(blue_clip, "video") == packets_of(film, "video")
    assert packets_of(blue_clip, "audio") == packets_of(film, "audio")


async def test_the_result_has_a_poster(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    video_id = await workshop.add_video(blue_clip)
    output = await burn(video_id, BurnInput(caption_id=await workshop.add_caption(video_id, HELLO)))
    assert (await workshop.video(output.video_id)).thumbnail is not None


async def test_progress_runs_through_its_phases_and_reaches_the_end(
    workshop: Workshop, burn_file: BurnFile, blue_clip: Path
) -> None:
    await burn_file(blue_clip)
    assert ["prepare", "encode", "check", "store"] == workshop.phases
    assert pytest.approx(100, abs=5) == max(report.percent or 0 for report in workshop.reports)


async def test_a_font_that_is_not_free_has_a_stand_in_that_is_recorded(
    workshop: Workshop, burn: Burn, blue_clip: Path
) -> None:
    video_id = await workshop.add_video(blue_clip)
    output = await burn(video_id, BurnInput(caption_id=await workshop.add_caption(video_id, HELLO)))
    assert "Archivo Black" == output.font


@pytest.mark.parametrize(
    ("family", "file"),
    [("Archivo Black", "ArchivoBlack-Regular"), ("Arimo", "Arimo-Regular"), ("Noto Sans", "NotoSans-Regular")],
)
async def test_libass_draws_with_the_fonts_we_ship(blue_clip: Path, tmp_path: Path, family: str, file: str) -> None:
    style = CaptionStyle(font_name=family)
    typeset = await AssTypesetter(FontShelf()).typeset((HELLO,), style, PICTURE, tmp_path)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "verbose", "-i", str(blue_clip), "-vf", typeset.filter]
    environment = {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    said = subprocess.run([*command, "-f", "null", "-"], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert f"fontselect: ({family}, 400, 0) -> {file}, 0, {file}" in said.stderr.decode()


async def test_letters_that_the_font_lacks_come_from_another_we_ship(burn_file: BurnFile, blue_clip: Path) -> None:
    film = await burn_file(blue_clip, Cue(start=0.2, end=0.8, text="Привет ♪"))
    assert yellow_pixels(film, 0.4) > 100


async def test_letters_that_no_font_has_are_refused(burn_file: BurnFile, blue_clip: Path) -> None:
    with pytest.raises(PermanentError, match="characters of the caption: こ ん") as refused:
        await burn_file(blue_clip, Cue(start=0.2, end=0.8, text="んこ Hello"))
    assert "font_missing" == refused.value.kind


async def test_an_operators_font_can_be_named(tmp_path: Path) -> None:
    folder = tmp_path / "my fonts: 'new', [old]"
    folder.mkdir()
    with TTFont(fontpkg.path("Anton")) as font:
        font["name"].setName("Studio Sans", 1, 3, 1, 0x409)
        font.save(folder / "studio.ttf")
    typeset = await AssTypesetter(FontShelf(folder)).typeset(
        (HELLO,), CaptionStyle(font_name="studio sans"), PICTURE, tmp_path
    )
    assert "Studio Sans" == typeset.font


def test_a_file_that_is_no_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_text("no font")
    with pytest.raises(PermanentError, match=r"broken\.ttf cannot be read"):
        FontShelf(tmp_path).fonts()


async def test_an_unknown_font_is_refused_with_the_ones_there_are(burn_file: BurnFile, blue_clip: Path) -> None:
    with pytest.raises(PermanentError, match="no font 'Comic Sans'; there are Anton, Archivo Black, Arial"):
        await burn_file(blue_clip, style=CaptionStyle(font_name="Comic Sans"))


@pytest.mark.parametrize(
    "text",
    [
        "it's 100%: a\\b",
        "{\\fs200}{\\pos(0,0)}",
        "',movie=/etc/passwd,null'",
        "%{pts}",
        "a\nb\n\nDialogue: 0,x",
        "[Fonts]",
    ],
)
async def test_hostile_text_is_drawn_as_it_stands(burn_file: BurnFile, blue_clip: Path, text: str) -> None:
    film = await burn_file(blue_clip, Cue(start=0.2, end=0.8, text=text))
    assert (True, 0) == (yellow_pixels(film, 0.4) > 20, yellow_pixels(film, 1.2))


async def test_sides_that_are_odd_become_even(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    odd = blue_clip.with_name("odd.mkv")
    ffmpeg("-f", "lavfi", "-i", "color=c=blue:s=161x91:d=2", "-c:v", "ffv1", odd.name, folder=odd.parent)
    video_id = await workshop.add_video(odd, container="matroska")
    output = await burn(video_id, BurnInput(caption_id=await workshop.add_caption(video_id, HELLO)))
    video = await workshop.video(output.video_id)
    assert (162, 92) == (video.width, video.height)


async def test_a_turned_film_is_captioned_upright(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    turned = blue_clip.with_name("turned.mp4")
    ffmpeg("-display_rotation", "90", "-i", blue_clip.name, "-c", "copy", turned.name, folder=turned.parent)
    video_id = await workshop.add_video(turned)
    output = await burn(video_id, BurnInput(caption_id=await workshop.add_caption(video_id, HELLO), style=LARGE))
    video = await workshop.video(output.video_id)
    assert ((180, 320), 0) == ((video.width, video.height), video.rotation)
    assert yellow_pixels(await film_of(workshop, output), 0.4) > 100


async def test_sound_alone_has_nothing_to_draw_on(burn_file: BurnFile, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=2", "sound.mp3", folder=media)
    with pytest.raises(PermanentError, match="no picture"):
        await burn_file(media / "sound.mp3")


async def test_without_a_caption_there_is_nothing_to_burn(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    with pytest.raises(PermanentError, match="no caption to burn") as refused:
        await burn(await workshop.add_video(blue_clip), BurnInput())
    assert "caption_missing" == refused.value.kind


async def test_the_caption_of_another_video_is_refused(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    caption_id = await workshop.add_caption(await workshop.add_video(blue_clip), HELLO)
    with pytest.raises(PermanentError, match="belongs to another video"):
        await burn(await workshop.add_video(blue_clip), BurnInput(caption_id=caption_id))


async def test_a_deleted_caption_is_refused(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    video_id = await workshop.add_video(blue_clip)
    caption_id = await workshop.add_caption(video_id, HELLO)
    caption = await load(workshop.log, CAPTION, caption_id)
    await workshop.log.append(caption.changes(CaptionDeleted()), ORIGIN)
    with pytest.raises(PermanentError, match="does not exist or is deleted"):
        await burn(video_id, BurnInput(caption_id=caption_id))


async def test_cues_that_are_gone_are_a_clear_refusal(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    video_id = await workshop.add_video(blue_clip)
    caption_id = await workshop.add_caption(video_id, HELLO, cues=BlobRef(sha256="0" * 64, size_bytes=9))
    with pytest.raises(PermanentError, match="cannot be read"):
        await burn(video_id, BurnInput(caption_id=caption_id))


async def film_of(workshop: Workshop, output: BurnOutput) -> Path:
    return workshop.path_of((await workshop.video(output.video_id)).content)


def packets_of(file: Path, kind: str) -> list[float]:
    with av.open(str(file)) as film:
        stream = film.streams.video[0] if kind == "video" else film.streams.audio[0]
        packets = [packet for packet in film.demux(stream) if packet.size]
    return sorted(float(packet.pts * packet.time_base) for packet in packets if packet.pts is not None)
