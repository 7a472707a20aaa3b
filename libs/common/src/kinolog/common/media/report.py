"""The probe report: all that was found in a file, as JSON for whoever wants to know more than a video tells."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kinolog.common.media.chapters import Chapter
from kinolog.common.media.decode import Look
from kinolog.common.media.facts import Colour, MediaFacts, Question
from kinolog.common.media.frame_times import FrameSpread
from kinolog.common.media.key_frames import KeyFrameIndex
from kinolog.common.media.opened import Opened
from kinolog.common.media.scan import Scan
from kinolog.common.media.streams import StreamFacts, streams_of
from kinolog.common.media.tags import told_tags

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerReport:
    """Seconds, bytes, bits a second; `start` is what the file's own clock shows at the film's first moment."""

    name: str
    media_type: str
    duration: float
    start: float
    size_bytes: int
    bit_rate: int
    recorded_at: str | None
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReport:
    """The picture that is shown; `stream` is its place in the file. `is_edited` is an edit list that hides frames."""

    stream: int
    width: int | None
    height: int | None
    rotation: int
    is_interlaced: bool
    dynamic_range: str | None
    colour: Colour | None
    bit_rate: int
    frame_rate: float | None
    frame_count: int
    hidden_frame_count: int
    is_edited: bool
    frame_seconds: FrameSpread
    key_frames: KeyFrameIndex | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundReport:
    """The sound that is heard; `stream` is its place in the file."""

    stream: int
    bit_rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`stream_count` counts those too that are not listed."""

    version: int
    container: ContainerReport
    picture: PictureReport | None
    sound: SoundReport | None
    stream_count: int
    streams: tuple[StreamFacts, ...]
    chapters: tuple[Chapter, ...]


def write_report(
    media: Opened, found: Scan, look: Look, facts: MediaFacts, chapters: tuple[Chapter, ...], question: Question
) -> None:
    """To the path that the question names, if it does. The same file has the same report, byte by byte."""
    if question.report_path is None:
        return
    report = Report(
        version=VERSION,
        container=_container(media, facts),
        picture=_picture(media, found, look, facts),
        sound=_sound(media, found),
        stream_count=len(media.file.streams),
        streams=streams_of(media, question.max_listed_streams),
        chapters=chapters,
    )
    text = json.dumps(asdict(report), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    Path(question.report_path).write_text(text, encoding="utf-8")


def _container(media: Opened, facts: MediaFacts) -> ContainerReport:
    return ContainerReport(
        name=facts.container,
        media_type=facts.media_type,
        duration=facts.duration,
        start=media.start,
        size_bytes=media.size_bytes,
        bit_rate=_bit_rate(media.size_bytes, facts.duration),
        recorded_at=facts.recorded_at,
        tags=told_tags(media.file.metadata),
    )


def _picture(media: Opened, found: Scan, look: Look, facts: MediaFacts) -> PictureReport | None:
    if media.picture is None:
        return None
    frames = found.frames
    return PictureReport(
        stream=media.picture.index,
        width=facts.width,
        height=facts.height,
        rotation=facts.rotation,
        is_interlaced=facts.is_interlaced,
        dynamic_range=facts.dynamic_range,
        colour=look.colour,
        bit_rate=_bit_rate(found.size_bytes[media.picture.index], facts.duration),
        frame_rate=facts.frame_rate,
        frame_count=facts.frame_count,
        hidden_frame_count=frames.hidden_count,
        is_edited=frames.hidden_count > 0,
        frame_seconds=frames.spread,
        key_frames=frames.key_frames,
    )


def _sound(media: Opened, found: Scan) -> SoundReport | None:
    if media.sound is None:
        return None
    return SoundReport(
        stream=media.sound.index, bit_rate=_bit_rate(found.size_bytes[media.sound.index], found.duration)
    )


def _bit_rate(size_bytes: int, duration: float) -> int:
    return round(8 * size_bytes / duration)
