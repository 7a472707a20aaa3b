"""A media zoo: one small film of each kind that is easily handled wrong, made by ffmpeg's own sources.

Every frame bears its number as a bar code and every half second of sound a click of its own pitch, so that a test can
tell from what was made of a film which frames are left, and whether the sound is still in step.
"""

import os
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from kinolog.common.testing.clips import FRAMES_PER_SECOND, SIZE, ffmpeg

BITS: Final = 10
COLUMNS: Final = BITS + 2
"""The bar code: a white column, one for each bit beginning with the lowest, white for one, and a black column."""

CLICKS_PER_SECOND: Final = 2
CLICK_AFTER_SECONDS: Final = 0.2
CLICK_SECONDS: Final = 0.05
PITCH_STEP_HERTZ: Final = 400
"""Click number k begins `CLICK_AFTER_SECONDS` into its half second, and its pitch is (k + 1) steps."""

_H264: Final = "-c:v libx264 -preset ultrafast -bf 2 -pix_fmt yuv420p -crf 18"
_AAC: Final = "-c:a aac -b:a 128k"
_OPUS: Final = "-c:a libopus -b:a 96k"
_VP9: Final = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -b:v 1M"


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """`container` is the name that Kinolog has for the format, `filters` go over the numbered picture.

    One with an `origin` is that film with its packets copied. `seconds` is how long it is shown, roughly.
    """

    file: str
    options: str
    container: str = "mp4"
    size: str = SIZE
    filters: str = ""
    origin: str | None = None
    before: str = ""
    has_picture: bool = True
    has_sound: bool = True
    seconds: float = 4.0


SPECIMENS: Final = {
    "h264": Specimen(file="h264.mp4", options=f"{_H264} -g 25 {_AAC}"),
    "long_group": Specimen(file="long_group.mp4", options=f"{_H264} -g 250 -sc_threshold 0 {_AAC}"),
    "open_group": Specimen(
        file="open_group.mp4",
        options="-c:v libx264 -preset veryfast -crf 18 -pix_fmt yuv420p"
        f" -x264-params open-gop=1:keyint=27:min-keyint=27:bframes=3:b-adapt=0:scenecut=0 {_AAC}",
    ),
    "variable_rate": Specimen(
        file="variable_rate.mp4",
        filters="select='mod(n+1,3)*(mod(n,7)-3)'",
        options=f"-fps_mode vfr {_H264} -g 20 {_AAC}",
    ),
    "hevc_10_bit": Specimen(
        file="hevc.mp4",
        filters="format=yuv420p10le",
        options="-c:v libx265 -preset ultrafast -crf 20 -tag:v hvc1"
        f" -x265-params keyint=25:log-level=error:pools=1 {_AAC}",
    ),
    "vp9": Specimen(file="vp9.webm", container="matroska", options=f"{_VP9} {_OPUS}"),
    "av1": Specimen(
        file="av1.mp4", options=f"-c:v libsvtav1 -preset 12 -crf 30 -g 25 -svtav1-params lp=1 -pix_fmt yuv420p {_AAC}"
    ),
    "matroska": Specimen(file="film.mkv", container="matroska", origin="h264", options="-c copy"),
    "transport_stream": Specimen(file="film.ts", container="mpegts", origin="h264", options="-c copy"),
    "no_sound": Specimen(file="no_sound.mp4", origin="h264", options="-c copy -an", has_sound=False),
    "sound_only": Specimen(file="sound.m4a", origin="h264", options="-c copy -vn", has_picture=False),
    "rotated": Specimen(
        file="rotated.mp4", origin="turned", before="-display_rotation 90", options="-c copy", size="180x320"
    ),
    "turned": Specimen(file="turned.mp4", filters="transpose=clock", options=f"{_H264} -g 25 {_AAC}"),
    "edit_list": Specimen(file="edit_list.mp4", origin="h264", before="-ss 0.7", options="-c copy", seconds=3.3),
    "odd_size": Specimen(file="odd.webm", container="matroska", size="321x181", options=f"{_VP9} {_OPUS}"),
    "interlaced": Specimen(
        file="interlaced.mp4", filters="setfield=tff", options=f"{_H264} -g 25 -flags +ildct {_AAC}"
    ),
}
"""By name. What `rotated` is made of, `turned`, lies on its side."""

_CHAPTERS: Final = b64encode(
    b";FFMETADATA1\n"
    b"[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=The beginning\n"
    b"[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=4000\ntitle=The end\n"
).decode()
_THREE_CHAPTERS: Final = b64encode(
    b";FFMETADATA1\n"
    b"[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=One\n"
    b"[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=2500\ntitle=a\\=b\\; \\#c \\\\ [CHAPTER]\n"
    b"[CHAPTER]\nTIMEBASE=1/1000\nSTART=2500\nEND=4000\ntitle=Three\n"
).decode()
SECOND_SOUND_LATER_SECONDS: Final = 0.1

LABELLED: Final = {
    "two_languages": Specimen(
        file="two_languages.mp4",
        origin="h264",
        options=f"-f ffmetadata -i data:text/plain;base64,{_THREE_CHAPTERS} -map_chapters 1"
        f" -filter_complex [0:a]adelay={round(1000 * SECOND_SOUND_LATER_SECONDS)},atrim=end=4[later]"
        f" -map 0 -map [later] -c copy -c:a:1 aac -b:a:1 128k -disposition:a:1 0 -metadata:s:a:0 language=eng"
        " -metadata:s:a:1 language=deu -metadata:s:a:1 title=Kommentar",
    ),
    "two_tracks": Specimen(
        file="two_tracks.mkv",
        container="matroska",
        origin="h264",
        options="-map 0 -map 0:a -c copy -metadata:s:a:1 language=deu -metadata:s:a:1 title=Kommentar",
    ),
    "chapters": Specimen(
        file="chapters.mp4",
        origin="h264",
        options=f"-f ffmetadata -i data:text/plain;base64,{_CHAPTERS} -map 0 -map_chapters 1 -c copy",
    ),
    "recorded": Specimen(
        file="recorded.mp4",
        origin="h264",
        options="-c copy -metadata creation_time=2024-05-06T07:08:09Z -metadata location=+48.1+011.5/",
    ),
    "hdr10": Specimen(
        file="hdr10.mp4",
        filters="format=yuv420p10le",
        options="-c:v libx265 -preset ultrafast -crf 20 -tag:v hvc1 -x265-params keyint=25:log-level=error:pools=1"
        f":colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=1000,400 {_AAC}",
    ),
    "hlg": Specimen(
        file="hlg.mkv",
        container="matroska",
        origin="hevc_10_bit",
        options="-c copy -bsf:v hevc_metadata=colour_primaries=9:transfer_characteristics=18:matrix_coefficients=9",
    ),
    "dolby": Specimen(file="dolby.mp4", origin="hevc_10_bit", options="-c copy -tag:v dvh1 -strict unofficial"),
    "ntsc": Specimen(file="ntsc.mkv", container="matroska", filters="fps=30000/1001", options=f"{_H264} -g 30 {_AAC}"),
}
"""Further ones, whose pictures are as those of the others, by what they tell of themselves.

The second sound of `two_languages` has the same clicks, `SECOND_SOUND_LATER_SECONDS` later.
"""

SCENE_COUNT: Final = 1_001
_SCENE_FRAMES: Final = (9, 12, 15)


@dataclass(frozen=True, slots=True)
class Zoo:
    """Makes each film when it is first asked for, in a folder that several processes may share."""

    folder: Path

    def film(self, name: str) -> Path:
        specimen = SPECIMENS.get(name) or LABELLED[name]
        return self._kept(specimen.file, _arguments(specimen, specimen.origin and str(self.film(specimen.origin))))

    def thousand_cuts(self) -> Path:
        """`SCENE_COUNT` scenes of 160×90; see `scene_starts`. It takes some seconds to make."""
        codec = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "34", "-g", "250", "-pix_fmt", "yuv420p")
        return self._kept("thousand_cuts.mp4", ("-f", "lavfi", "-i", _scenes(), *codec))

    def _kept(self, file: str, arguments: tuple[str, ...]) -> Path:
        """Made beside its place and then moved there, so that nobody meets half a film."""
        if not (self.folder / file).exists():
            workshop = Path(mkdtemp(dir=self.folder))
            ffmpeg(*arguments, file, folder=workshop)
            os.replace(workshop / file, self.folder / file)
        return self.folder / file


def scene_starts() -> list[int]:
    """The first frame of each scene of the film of a thousand cuts, at 25 frames a second."""
    starts = [0]
    for scene in range(SCENE_COUNT - 1):
        starts.append(starts[-1] + _SCENE_FRAMES[scene % len(_SCENE_FRAMES)])
    return starts


def _arguments(specimen: Specimen, origin: str | None) -> tuple[str, ...]:
    if origin is not None:
        return (*specimen.before.split(), "-i", origin, *specimen.options.split())
    picture = ",".join(part for part in (_numbered(specimen), specimen.filters) if part)
    return ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", _clicks(specimen), *specimen.options.split())


def _numbered(specimen: Specimen) -> str:
    """The upper third of the picture is the bar code; below it something moves."""
    bars = ["drawbox=w=iw:h=ih/3:c=black:t=fill", _bar(0)]
    bars += [f"{_bar(1 + bit)}:enable='bitand(n,{2**bit})'" for bit in range(BITS)]
    return f"testsrc2=s={specimen.size}:r={FRAMES_PER_SECOND}:d={specimen.seconds}," + ",".join(bars)


def _bar(column: int) -> str:
    return f"drawbox=x=iw*{column}/{COLUMNS}:w=iw/{COLUMNS}:h=ih/3:c=white:t=fill"


def _clicks(specimen: Specimen) -> str:
    begin, end = CLICK_AFTER_SECONDS, CLICK_AFTER_SECONDS + CLICK_SECONDS
    is_click = f"between(mod(t,1/{CLICKS_PER_SECOND}),{begin},{end})"
    pitch = f"{PITCH_STEP_HERTZ}*(1+floor(t*{CLICKS_PER_SECOND}))"
    return f"aevalsrc='0.8*sin(2*PI*{pitch}*t)*{is_click}':s=48000:d={specimen.seconds}"


def _scenes() -> str:
    """Scenes differ in colour and brightness, and something moves in each."""
    first, second, third = _SCENE_FRAMES
    cycle = first + second + third
    scene = f"(floor(n/{cycle})*3+gte(mod(n,{cycle}),{first})+gte(mod(n,{cycle}),{first + second}))"
    frames = scene_starts()[-1] + first
    source = f"testsrc2=s=160x90:r={FRAMES_PER_SECOND},trim=end_frame={frames}"
    return f"{source},hue=H='2.4*{scene}':b='2*mod({scene},3)-2'"
