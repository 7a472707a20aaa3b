"""The command line of ffmpeg for a recipe. Nothing a user wrote appears in it, only paths and numbers of ours."""

from pathlib import Path
from typing import Final

from kinolog.common.media.formats import DECODERS, DEMUXERS, PROTOCOLS
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.recipe import Recipe, Track

_PROGRESS: Final = ("-progress", "pipe:1", "-stats_period", "0.5", "-nostats")


def ffmpeg_arguments(recipe: Recipe, source: Path, output: Path, options: EncodeOptions) -> tuple[str, ...]:
    return (
        *("-hide_banner", "-nostdin", "-loglevel", "warning", *_PROGRESS),
        *_input(recipe, source, options),
        *(_picture(recipe.picture, options) if recipe.picture else ("-vn",)),
        *(_sound(recipe.sound, options) if recipe.sound else ("-an",)),
        *_output(output),
    )


def _input(recipe: Recipe, source: Path, options: EncodeOptions) -> tuple[str, ...]:
    """The same bounds as for looking into the file; `file:` keeps a name from being taken for a protocol."""
    return (
        *("-protocol_whitelist", ",".join(PROTOCOLS), "-format_whitelist", ",".join(DEMUXERS)),
        *("-codec_whitelist", ",".join(DECODERS), "-max_pixels", str(options.max_pixels)),
        *("-f", recipe.container, "-i", f"file:{source.absolute()}"),
    )


def _picture(track: Track, options: EncodeOptions) -> tuple[str, ...]:
    """`passthrough` and the filter's clock keep every frame at its own time; otherwise ffmpeg evens them out."""
    return (
        *("-map", f"0:{track.stream}", "-filter:v", ",".join(track.filters)),
        *("-fps_mode", "passthrough", "-enc_time_base:v", "filter"),
        *("-c:v", "libx264", "-preset", options.preset, "-crf", str(options.crf)),
        *("-pix_fmt", "yuv420p", "-threads:v", str(options.threads)),
    )


def _sound(track: Track, options: EncodeOptions) -> tuple[str, ...]:
    if track.is_copied:
        return ("-map", f"0:{track.stream}", "-c:a", "copy")
    filters = ("-filter:a", ",".join(track.filters)) if track.filters else ()
    return ("-map", f"0:{track.stream}", *filters, "-c:a", "aac", "-b:a", f"{options.audio_kbps}k")


def _output(output: Path) -> tuple[str, ...]:
    """Metadata and chapters are a stranger's words, and stay behind."""
    without_words = ("-map_metadata", "-1", "-map_chapters", "-1")
    return (*without_words, "-movflags", "+faststart", "-f", "mp4", f"file:{output.absolute()}")
