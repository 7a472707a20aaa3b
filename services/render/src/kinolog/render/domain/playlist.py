"""HLS playlists (RFC 8216): reading what ffmpeg wrote of one rung, and writing what players are given.

A rung is one file, and its segments are ranges of bytes in it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kinolog.render.domain.sizing import Size

_SEGMENT: Final = re.compile(r"#EXTINF:([\d.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n([^#\n]+)\n")
_MAP: Final = re.compile(r'#EXT-X-MAP:URI="([^"\n]+)",BYTERANGE="(\d+)@(\d+)"\n')
_CODECS: Final = re.compile(r'CODECS="([A-Za-z0-9.,]+)"')
_SUBTITLES: Final = "captions"


@dataclass(frozen=True, slots=True)
class Segment:
    seconds: float
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A rung as players see it. `playlist` is the name of its playlist; bandwidths are bits a second."""

    playlist: str
    size: Size
    frame_rate: float | None
    bandwidth: int
    average_bandwidth: int
    codecs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionTrack:
    """`playlist` is the name of its playlist, `language` a code of ISO 639."""

    playlist: str
    language: str
    name: str


def segments_of(playlist: str) -> tuple[Segment, ...]:
    return tuple(Segment(float(seconds), int(size)) for seconds, size, _, _ in _SEGMENT.findall(playlist))


def codecs_of(master: str) -> str | None:
    """What ffmpeg found the codecs of a rung to be, in the words of RFC 6381."""
    found = _CODECS.search(master)
    return found.group(1) if found else None


def bandwidths_of(segments: Sequence[Segment]) -> tuple[int, int]:
    """In the worst segment and on average, in bits a second."""
    worst = max(8 * segment.size_bytes / segment.seconds for segment in segments if segment.seconds > 0)
    seconds = sum(segment.seconds for segment in segments)
    return round(worst), round(8 * sum(segment.size_bytes for segment in segments) / seconds)


def renamed(playlist: str, media: str) -> str:
    """The same playlist, of a file of another name."""
    mapped = _MAP.sub(lambda found: f'#EXT-X-MAP:URI="{media}",BYTERANGE="{found[2]}@{found[3]}"\n', playlist)
    return _SEGMENT.sub(lambda found: f"#EXTINF:{found[1]},\n#EXT-X-BYTERANGE:{found[2]}@{found[3]}\n{media}\n", mapped)


def caption_playlist(captions: str, seconds: float) -> str:
    """One file of WebVTT for the whole film."""
    return (
        f"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{max(1, round(seconds))}\n#EXT-X-MEDIA-SEQUENCE:0\n"
        f"#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:{seconds:.6f},\n{captions}\n#EXT-X-ENDLIST\n"
    )


def master_playlist(variants: Iterable[Variant], captions: Sequence[CaptionTrack] = ()) -> str:
    """Every quality and every caption of a film, the best quality first."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        *(_track(track) for track in captions),
        *(line for variant in variants for line in (_stream(variant, bool(captions)), variant.playlist)),
    ]
    return "\n".join(lines) + "\n"


def _stream(variant: Variant, has_captions: bool) -> str:
    attributes = [
        f"BANDWIDTH={variant.bandwidth}",
        f"AVERAGE-BANDWIDTH={variant.average_bandwidth}",
        f"RESOLUTION={variant.size.width}x{variant.size.height}",
        *([f"FRAME-RATE={variant.frame_rate:.3f}"] if variant.frame_rate else []),
        f'CODECS="{variant.codecs}"',
        *([f'SUBTITLES="{_SUBTITLES}"'] if has_captions else []),
    ]
    return "#EXT-X-STREAM-INF:" + ",".join(attributes)


def _track(track: CaptionTrack) -> str:
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{_SUBTITLES}",NAME="{track.name}",LANGUAGE="{track.language}",'
        f'DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="{track.playlist}"'
    )
