"""What is asked about a media file and what is found out: plain values that travel between worker and child as JSON."""

from dataclasses import dataclass
from typing import Final

from kinolog.common.errors import KinologError
from kinolog.common.media.chapters import Chapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to find out about the file at `path`. Times are seconds from the file's first moment.

    `container` pins the demuxer when it is known already; `poster_path` asks for a poster frame as JPEG, `report_path`
    for all that is found, as JSON; `windows` ask which frames are shown from the first moment of each up to and without
    its second: they rise and do not overlap. A report lists no more streams, chapters and key frames than is said.
    No more than `max_sounds` tracks of sound are taken along when something is made of the file.
    Where `is_picture_examined` elsewhere, by decoding all that may be damaged of it, its first frame is enough here.
    """

    path: str
    max_pixels: int
    max_streams: int
    max_duration_seconds: float
    container: str | None = None
    poster_path: str | None = None
    poster_width_pixels: int = 640
    windows: tuple[tuple[float, float], ...] = ()
    report_path: str | None = None
    max_listed_streams: int = 64
    max_chapters: int = 1_000
    max_key_frames: int = 32_768
    max_sounds: int = 8
    is_picture_examined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """Pixels as shown; `at` is the moment of the frame in seconds."""

    width: int
    height: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeGroups:
    """Frames that can be cut out with their packets as they are: from a key frame up to and without another.

    `end` is when that other one is shown; None where it goes on to the film's end.
    """

    start: float
    end: float | None
    frame_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The frames of a window of time: how many, and the moment of the first, which is None where there are none.

    `groups` are those around it; None where the film's groups of frames are not closed. `before_at` is the moment of
    the last frame before the window, which shows until the first one comes; None where there is none.
    """

    frame_count: int
    first_at: float | None
    groups: WholeGroups | None = None
    before_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """How the numbers of a picture are to be seen. `primaries`, `transfer` and `matrix` are those of ITU-T H.273, where
    2 is what the file does not tell.
    """

    pixel_format: str
    bit_depth: int
    primaries: int
    transfer: int
    matrix: int
    is_full_range: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLabel:
    """What a file tells people of a track of sound, as plain short text. Players begin with one that `is_default`."""

    language: str | None = None
    title: str | None = None
    is_default: bool = False


NO_LABEL: Final = SoundLabel()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTrack:
    """`stream` is its place in the file, `number` counts the tracks of sound from 1."""

    stream: int
    number: int
    codec: str | None
    label: SoundLabel = NO_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleTrack:
    """One that lies in the file; `number` counts them from 1."""

    number: int
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """`duration` is what can be read, whatever the header says. `width` and `height` are as shown, `rotation` is the
    clockwise turn in degrees that a player makes for that; None where there is no picture. `video_stream` and
    `audio_stream` are places in the file. An interlaced file may count its fields as frames. `dynamic_range` is as
    `FileFacts` has it, `recorded_at` in ISO 8601. What is said of the sound is said of the first track that can be
    heard; `further_sounds` are other such tracks, `unheard` those that cannot be, or are more than are taken along.
    """

    container: str
    media_type: str
    duration: float
    width: int | None
    height: int | None
    rotation: int
    frame_rate: float | None
    frame_count: int
    is_interlaced: bool
    video_codec: str | None
    audio_codec: str | None
    video_stream: int | None
    audio_stream: int | None
    windows: tuple[Window, ...] = ()
    poster: Poster | None = None
    colour: Colour | None = None
    is_variable_frame_rate: bool = False
    most_frames_in_a_second: int = 0
    dynamic_range: str | None = None
    audio_channels: int | None = None
    audio_track_count: int = 0
    chapter_count: int = 0
    recorded_at: str | None = None
    audio_number: int = 1
    audio_label: SoundLabel = NO_LABEL
    further_sounds: tuple[SoundTrack, ...] = ()
    unheard: tuple[SoundTrack, ...] = ()
    subtitles: tuple[SubtitleTrack, ...] = ()
    chapters: tuple[Chapter, ...] = ()

    @property
    def sounds(self) -> tuple[SoundTrack, ...]:
        """All tracks that are taken along, in the order of the file."""
        if self.audio_stream is None:
            return ()
        number, label = self.audio_number, self.audio_label
        first = SoundTrack(stream=self.audio_stream, number=number, codec=self.audio_codec, label=label)
        return (first, *self.further_sounds)


class MediaRefused(KinologError):
    """A file that is not taken: `kind` is stable, the message tells a person why."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message
