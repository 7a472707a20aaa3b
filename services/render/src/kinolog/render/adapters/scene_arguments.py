"""How ffmpeg is asked for small pictures of every frame of a segment, and for the moment of each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.common.media.facts import MediaFacts
from kinolog.render.adapters.ffmpeg_arguments import input_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.segments import Segment
from kinolog.render.domain.work import Source

# What PySceneDetect looks at: detail beyond that is noise to a detector.
_LONG_SIDE_PIXELS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPictures:
    """Of the film as it is stored, before any turning: that changes no difference between frames, and costs time."""

    stream: int
    width: int
    height: int

    @classmethod
    def of(cls, facts: MediaFacts) -> "SmallPictures":
        shown = (facts.width or 1, facts.height or 1)
        width, height = shown if facts.rotation % 180 == 0 else shown[::-1]
        share = min(1.0, _LONG_SIDE_PIXELS / max(width, height))
        return cls(
            stream=facts.video_stream or 0, width=max(1, round(width * share)), height=max(1, round(height * share))
        )


def decode_arguments(
    source: Source, pictures: SmallPictures, segment: Segment, moments: Path, options: EncodeOptions
) -> tuple[str, ...]:
    """Raw pictures go to standard output, and a line with ticks and the length of a tick to `moments`.

    Both clock options together make moments count from the film's own first one, wherever decoding begins.
    """
    # Blocks stay a little rougher without the loop filter, in every frame alike, and decoding is a good deal faster.
    threads = ("-threads", str(options.threads), "-skip_loop_filter", "all", "-noautorotate")
    window = () if segment.start == 0 else ("-ss", f"{segment.start:.6f}")
    length = () if segment.end is None else ("-t", f"{segment.end - segment.start:.6f}")
    small = f"scale={pictures.width}:{pictures.height}:flags=bilinear,format=bgr24"
    source = Source(path=source.path, container=source.container, options=(*threads, *window, *length))
    return (
        *("-hide_banner", "-nostdin", "-loglevel", "error", "-nostats", "-copyts", "-start_at_zero"),
        *input_arguments(source, options),
        *("-map", f"0:{pictures.stream}", "-filter:v", small, "-fps_mode", "passthrough"),
        *("-enc_time_base:v", "filter", "-stats_enc_pre:v", str(moments), "-stats_enc_pre_fmt:v", "{pts} {tb}"),
        *("-f", "rawvideo", "pipe:1"),
    )
