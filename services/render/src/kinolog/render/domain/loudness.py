"""Loudness: what was measured, what that asks of the sound, and the encoder's work for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import MeasuredLoudness, NormalizeAudioInput
from kinolog.common.jobs.loudness import LoudnessMethod
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.canvas import kept
from kinolog.render.domain.chapters import told_apart
from kinolog.render.domain.copied import muxer_for
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import (
    LOSABLE_FRAMES,
    LOSABLE_SECONDS,
    Muxer,
    Recipe,
    Track,
    countable_frames,
    even_sides,
)
from kinolog.render.domain.sounds import codings_of, labels_of, sound_maps
from kinolog.render.domain.words import Words
from kinolog.render.domain.work import MP4_OPTIONS, WEBM_OPTIONS, Sound, SoundCodec, Source, Work

TOLERATED_LU: Final = 0.5
# Quieter sound than this is silence to the gate of ITU-R BS.1770, which also needs a block of 0.4 s to measure any.
_QUIETEST_LUFS: Final = -70.0
_BLOCK_SECONDS: Final = 0.4
_NARROWEST_LU, _WIDEST_LU = 1.0, 50.0
# ffmpeg takes a measured range of nothing for one that was not measured.
_LEAST_MEASURED_LU: Final = 0.1
# Peaks that were held down come out of an encoder higher than they went in.
_OVERSHOOT_DB: Final = 1.0
_LOWEST_PEAK_DB: Final = -9.0
# What is lost of a rate above is nothing that can be heard; the filter itself may leave four times this.
_SAMPLE_RATE: Final = 48_000
_SOUND_CODECS: Final[dict[Muxer, SoundCodec]] = {"mp4": "aac", "webm": "opus"}
_MUXER_OPTIONS: Final[dict[Muxer, tuple[str, ...]]] = {"mp4": MP4_OPTIONS, "webm": WEBM_OPTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """LUFS, dB true peak, LU; `threshold_lufs` is below what the gate left sound out."""

    integrated_lufs: float
    true_peak_db: float
    range_lu: float
    threshold_lufs: float

    @property
    def is_silent(self) -> bool:
        return self.integrated_lufs <= _QUIETEST_LUFS

    def told(self) -> MeasuredLoudness:
        return MeasuredLoudness(
            integrated_lufs=self.integrated_lufs, true_peak_db=self.true_peak_db, range_lu=self.range_lu
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What is done to the sound: the target of each measure, the way, and the reason for it."""

    measured: Loudness
    target_lufs: float
    true_peak_db: float
    range_lu: float
    method: LoudnessMethod
    because: str

    @property
    def filters(self) -> tuple[str, ...]:
        """Gaps in the sound are filled first: the filter counts samples, and would close them."""
        found = self.measured
        given = (
            f"I={self.target_lufs:.2f}:TP={self.true_peak_db:.2f}:LRA={self.range_lu:.2f}"
            f":measured_I={found.integrated_lufs:.2f}:measured_TP={found.true_peak_db:.2f}"
            f":measured_LRA={max(found.range_lu, _LEAST_MEASURED_LU):.2f}:measured_thresh={found.threshold_lufs:.2f}"
        )
        return (f"aresample={_SAMPLE_RATE}:async=1", f"loudnorm={given}:linear=true", f"aresample={_SAMPLE_RATE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatments:
    """Of the first track of sound, and of further ones, where None leaves one that is silent as it is."""

    first: Treatment
    further: tuple[Treatment | None, ...] = ()

    @property
    def in_order(self) -> tuple[Treatment | None, ...]:
        return (self.first, *self.further)


def refuse_unmeasurable(facts: MediaFacts) -> None:
    """Raises PermanentError for a film without sound, or with too little of it to measure."""
    if facts.audio_stream is None:
        raise PermanentError("media_unsupported", "The video has no sound whose loudness could be changed.")
    if facts.duration < _BLOCK_SECONDS:
        message = f"The video lasts {facts.duration:.2f} s: loudness is measured over {_BLOCK_SECONDS} s at least."
        raise PermanentError("sound_too_short", message)


def treatment(found: Loudness, job: NormalizeAudioInput) -> Treatment:
    """Raises PermanentError for silence: no gain makes that louder."""
    if found.is_silent:
        message = f"The video is silent (at most {_QUIETEST_LUFS:g} LUFS, or shorter than 0.4 s): nothing to normalize."
        raise PermanentError("sound_silent", message)
    range_lu = min(_WIDEST_LU, max(_NARROWEST_LU, found.range_lu, _LEAST_MEASURED_LU))
    reason = why_dynamic(found, job)
    return Treatment(
        measured=found,
        target_lufs=job.target_lufs,
        true_peak_db=max(_LOWEST_PEAK_DB, job.true_peak_db - _OVERSHOOT_DB) if reason else job.true_peak_db,
        range_lu=range_lu if job.loudness_range is None else job.loudness_range,
        method="dynamic" if reason else "linear",
        because=reason or f"one gain of {job.target_lufs - found.integrated_lufs:+.1f} dB for the whole film",
    )


def treatments(found: Sequence[Loudness], job: NormalizeAudioInput) -> Treatments:
    """Of all tracks of sound, each by what was measured of it. Raises PermanentError where the first one is silent."""
    first, *further = found
    treated = tuple(None if each.is_silent else treatment(each, job) for each in further)
    return Treatments(first=treatment(first, job), further=treated)


def why_dynamic(found: Loudness, job: NormalizeAudioInput) -> str | None:
    """The reason why one gain for all of the sound is not enough; these are ffmpeg's own conditions."""
    peak_db = found.true_peak_db + job.target_lufs - found.integrated_lufs
    if peak_db > job.true_peak_db:
        return f"one gain would lift the true peak to {peak_db:.1f} dB, above {job.true_peak_db:g} dB"
    if job.loudness_range is not None and found.range_lu > job.loudness_range:
        return f"the range of {found.range_lu:.1f} LU is wider than {job.loudness_range:g} LU"
    return None


def copied_muxer(facts: MediaFacts) -> Muxer | None:
    """The container that the picture can stay as it is in, the sound being encoded for it; None where there is none."""
    return muxer_for(replace(facts, audio_codec="opus", further_sounds=()))


def copying_work(facts: MediaFacts, muxer: Muxer, wanted: Treatments, kbps: int | None, film: Path, to: Path) -> Work:
    sounds, picture = _sounds(facts, wanted), facts.video_stream
    tag = ("-tag:v", "hvc1") if facts.video_codec == "hevc" and muxer == "mp4" else ()
    return Work(
        sources=(Source(path=film, container=facts.container),),
        arguments=(*(() if picture is None else ("-map", f"0:{picture}")), *sound_maps(sounds), *tag),
        picture=None,
        is_picture_copied=picture is not None,
        sounds=codings_of(sounds, Sound(codec=_SOUND_CODECS[muxer], kbps=kbps)),
        output=to,
        seconds=facts.duration,
        muxer=muxer,
        muxer_options=_MUXER_OPTIONS[muxer],
        words=Words(labels=labels_of(sounds), chapters=told_apart(facts.chapters)),
    )


def encoding_recipe(facts: MediaFacts, wanted: Treatments, kbps: int | None) -> Recipe:
    """A picture of a high dynamic range stays one."""
    picture, (told, coding) = facts.video_stream, kept(facts)
    return Recipe(
        container=facts.container,
        picture=None if picture is None else Track(stream=picture, filters=("null", *told, *even_sides(facts))),
        sounds=_sounds(facts, wanted),
        seconds=facts.duration,
        frame_count=countable_frames(facts, facts.frame_count),
        picture_coding=coding,
        sound_coding=Sound(kbps=kbps),
        chapters=told_apart(facts.chapters),
    )


def _sounds(facts: MediaFacts, wanted: Treatments) -> tuple[Track, ...]:
    treated = zip(facts.sounds, wanted.in_order, strict=True)
    return tuple(
        Track(stream=sound.stream, filters=() if each is None else each.filters, label=sound.label)
        for sound, each in treated
    )


def is_whole(made: MediaFacts, source: MediaFacts) -> bool:
    """Whether a copied picture has all its frames and time, and all tracks of sound came with it."""
    lost_frames = source.frame_count - made.frame_count
    if made.audio_track_count != len(source.sounds):
        return False
    return 0 <= lost_frames <= LOSABLE_FRAMES and source.duration - made.duration <= LOSABLE_SECONDS


def is_reached(after: Loudness, job: NormalizeAudioInput) -> bool:
    return abs(after.integrated_lufs - job.target_lufs) <= TOLERATED_LU


def normalized_identity(video: Video, job: NormalizeAudioInput, muxer: Muxer) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=job.title or derived_title(video.title, "normalized"),
        filename=derived_filename(video.filename, "normalized", muxer),
        parent_video_id=video.id,
    )
