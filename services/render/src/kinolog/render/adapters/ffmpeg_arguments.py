"""The command line of ffmpeg. Nothing a user wrote appears in it, only paths, filters and numbers of ours."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kinolog.common.media.bounded_input import bounded_input
from kinolog.common.media.facts import SoundLabel
from kinolog.common.media.formats import DECODERS, DEMUXERS, PROTOCOLS
from kinolog.render.adapters.coders import cpu_picture_arguments, sound_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.adapters.hardware_coders import NO_AID, Aid
from kinolog.render.domain.merge_copy import SCRIPT_FORMAT
from kinolog.render.domain.partial_encode import FEED_FORMAT
from kinolog.render.domain.recipe import Muxer, Recipe, Track
from kinolog.render.domain.sounds import codings_of, labels_of, sound_maps, sound_places
from kinolog.render.domain.watermark import PICTURE_FORMAT
from kinolog.render.domain.words import WORDS_FORMAT, Words
from kinolog.render.domain.work import MP4_OPTIONS, WEBM_OPTIONS, Source, Work

_PROGRESS: Final = ("-progress", "pipe:1", "-stats_period", "0.5", "-nostats")
# What no video is taken in, so that a file of it can only be one that was made here; each with what it may open. A
# script names links to MP4 files, which were found to be just that, or pictures that we wrote.
_OWN_FORMATS: Final = {
    FEED_FORMAT: (FEED_FORMAT,),
    SCRIPT_FORMAT: (SCRIPT_FORMAT, "mp4", PICTURE_FORMAT),
    PICTURE_FORMAT: (PICTURE_FORMAT,),
}
_OWN_DECODERS: Final = {PICTURE_FORMAT: ("png",), SCRIPT_FORMAT: (*DECODERS, "png")}
# Metadata and chapters are a stranger's words, and stay behind, but for those that we read and wrote anew.
_WITHOUT_WORDS: Final = ("-map_metadata", "-1", "-map_chapters", "-1")
_OTHERS_BEHIND: Final = ("-map_metadata:g", "-1", "-map_metadata:s", "-1")
_MUXER_OPTIONS: Final[dict[Muxer, tuple[str, ...]]] = {"mp4": MP4_OPTIONS, "webm": WEBM_OPTIONS}


def ffmpeg_arguments(work: Work, options: EncodeOptions, aid: Aid = NO_AID) -> tuple[str, ...]:
    decoding = _few_threads(work, options) if aid is NO_AID else aid.decoding
    return (
        *("-hide_banner", "-nostdin", "-loglevel", "warning", *_PROGRESS),
        *aid.setup,
        *(word for source in work.sources for word in (*decoding, *input_arguments(source, options))),
        *_words_input(work),
        *work.arguments,
        *(aid.picture or _picture_coding(work, options)),
        *(sound_arguments(work.sounds, options) or ("-an",)),
        *(*_told(work), *work.muxer_options, "-f", work.muxer, _file(work.output)),
    )


def without_places(arguments: Sequence[str], work: Work) -> tuple[str, ...]:
    """The same command line with names for the files in it, as `kinolog.common.events.rendering.Step` wants it."""
    names = {_file(source.path): f"{{source{number}}}" for number, source in enumerate(work.sources)}
    names[_file(work.output)] = "{output}"
    folder = str(work.output.parent.absolute())
    return tuple(names.get(word, word.replace(folder, "{folder}")) for word in arguments)


def words_file(work: Work) -> Path:
    """Where `written` words are to be when ffmpeg starts; not read where there are none."""
    return work.output.with_name(f"{work.output.name}.words")


def work_of(recipe: Recipe, source: Path, output: Path) -> Work:
    """A recipe, applied to a file."""
    picture, sounds = recipe.picture, recipe.sounds
    return Work(
        sources=(Source(path=source, container=recipe.container, options=_seek(recipe.seek_seconds)),),
        arguments=(*_moments(recipe), *(_picture(picture) if picture else ()), *sound_maps(sounds)),
        picture=recipe.picture_coding if picture else None,
        sounds=codings_of(sounds, recipe.sound_coding),
        output=output,
        seconds=recipe.seconds,
        skipped_seconds=recipe.skipped_seconds,
        muxer=recipe.muxer,
        muxer_options=_MUXER_OPTIONS[recipe.muxer],
        is_mostly_encoding=recipe.is_mostly_encoding,
        words=Words(labels=labels_of(sounds), chapters=recipe.chapters),
    )


def _few_threads(work: Work, options: EncodeOptions) -> tuple[str, ...]:
    is_apt = work.is_mostly_encoding and options.decode_threads
    return ("-threads", str(options.decode_threads)) if is_apt else ()


def _seek(seconds: float) -> tuple[str, ...]:
    return ("-ss", f"{seconds:.6f}") if seconds else ()


def _moments(recipe: Recipe) -> tuple[str, ...]:
    """Otherwise ffmpeg has the moments of a source begin where it was sought to."""
    return ("-copyts", "-start_at_zero") if recipe.seek_seconds else ()


def _picture_coding(work: Work, options: EncodeOptions) -> tuple[str, ...]:
    if work.picture is not None:
        return cpu_picture_arguments(work.picture, options)
    return ("-c:v", "copy") if work.is_picture_copied else ("-vn",)


def input_arguments(source: Source, options: EncodeOptions) -> tuple[str, ...]:
    return bounded_input(
        source.path,
        source.container,
        options.max_pixels,
        options=source.options,
        demuxers=_OWN_FORMATS.get(source.container, DEMUXERS),
        decoders=_OWN_DECODERS.get(source.container, DECODERS),
    )


def _words_input(work: Work) -> tuple[str, ...]:
    """After the sources, whose numbers stay what they are."""
    if work.words.is_empty:
        return ()
    bounds = ("-protocol_whitelist", ",".join(PROTOCOLS), "-format_whitelist", WORDS_FORMAT)
    return (*bounds, "-f", WORDS_FORMAT, "-i", _file(words_file(work)))


def _told(work: Work) -> tuple[str, ...]:
    labels, file = work.words.labels, len(work.sources)
    if work.words.is_empty:
        return (*_WITHOUT_WORDS, *_dispositions(labels))
    places = enumerate(sound_places(len(labels)))
    labelling = (word for number, place in places for word in (f"-map_metadata:s:{place}", f"{file}:s:{number}"))
    chapters = str(file) if work.words.chapters else "-1"
    return (*_OTHERS_BEHIND, *labelling, *("-map_chapters", chapters), *_dispositions(labels))


def _dispositions(labels: Sequence[SoundLabel]) -> tuple[str, ...]:
    """A sound that is alone is what players begin with, whatever is said of it."""
    if len(labels) < 2:
        return ()
    places = zip(sound_places(len(labels)), labels, strict=True)
    said = ((f"-disposition:{place}", "default" if label.is_default else "0") for place, label in places)
    return tuple(word for words in said for word in words)


def _file(path: Path) -> str:
    return f"file:{path.absolute()}"


def _picture(track: Track) -> tuple[str, ...]:
    """`passthrough` and the filter's clock keep every frame at its own time; otherwise ffmpeg evens them out."""
    return (
        *("-map", f"0:{track.stream}", "-filter:v", ",".join(track.filters)),
        *("-fps_mode", "passthrough", "-enc_time_base:v", "filter"),
    )
