"""How ffmpeg is asked for small pictures of every frame, and for the moment of each."""

from dataclasses import dataclass
from typing import Final

from kinolog.common.media.facts import MediaFacts
from kinolog.render.adapters.ffmpeg_arguments import input_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.work import Source

# What PySceneDetect looks at: detail beyond that is noise to a detector.
_LONG_SIDE_PIXELS: Final = 256
# Each small pixel is made of so many samples a side. To make it of all that lie in it costs an eighth more time than
# decoding, and finds the same cuts, in grainy films too; a single sample, as PySceneDetect takes, misses some.
_SAMPLES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPictures:
    """Of the film as it is stored, before any turning: that changes no difference between frames, and costs time."""

    stream: int
    width: int
    height: int
    is_sampled: bool

    @classmethod
    def of(cls, facts: MediaFacts) -> "SmallPictures":
        shown = (facts.width or 1, facts.height or 1)
        width, height = shown if facts.rotation % 180 == 0 else shown[::-1]
        share = min(1.0, _LONG_SIDE_PIXELS / max(width, height))
        return cls(
            stream=facts.video_stream or 0,
            width=max(1, round(width * share)),
            height=max(1, round(height * share)),
            is_sampled=share * _SAMPLES < 1,
        )


def decode_arguments(source: Source, pictures: SmallPictures, options: EncodeOptions) -> tuple[str, ...]:
    """Raw pictures, and for each frame a number of ticks and the length of a tick: `SceneTask.command` says where both
    go, and what moment decoding begins at.

    Both clock options together make moments count from the film's own first one, wherever that is.
    """
    # Blocks stay a little rougher without the loop filter, in every frame alike, and decoding is a good deal faster.
    cheaply = ("-threads", str(options.threads), "-skip_loop_filter", "all", "-noautorotate")
    small = f"{_sampled(pictures)}scale={pictures.width}:{pictures.height}:flags=bilinear,format=bgr24"
    source = Source(path=source.path, container=source.container, options=cheaply)
    return (
        *("-hide_banner", "-nostdin", "-loglevel", "error", "-nostats", "-copyts", "-start_at_zero"),
        *input_arguments(source, options),
        *("-map", f"0:{pictures.stream}", "-filter:v", small, "-fps_mode", "passthrough"),
        *("-enc_time_base:v", "filter", "-stats_enc_pre_fmt:v", "{pts} {tb}", "-f", "rawvideo"),
    )


def _sampled(pictures: SmallPictures) -> str:
    if not pictures.is_sampled:
        return ""
    return f"scale={_SAMPLES * pictures.width}:{_SAMPLES * pictures.height}:flags=neighbor,"
