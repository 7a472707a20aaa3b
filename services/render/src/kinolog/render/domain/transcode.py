"""Transcoding: the recipe for a video in another format, and what must have come out of it."""

from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs.transcode import SoundChoice, TranscodeInput
from kinolog.common.media.facts import MediaFacts, SoundTrack
from kinolog.common.media.identity import Identity
from kinolog.render.domain.chapters import told_apart
from kinolog.render.domain.colour import ColourPlan, colour_plan, is_hdr
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import LOSABLE_FRAMES, Recipe, Track, countable_frames, even_sides
from kinolog.render.domain.sizing import Size, fitted
from kinolog.render.domain.work import Picture, Sound, SoundCodec

_COPIED_INTO: Final = {"mp4": frozenset({"aac", "mp3", "ac3", "eac3", "opus"}), "webm": frozenset({"opus", "vorbis"})}
# What Opus orders channels by. Sound of films mostly has its back channels at the sides, which libopus refuses.
_OPUS_LAYOUTS: Final = "aformat=channel_layouts=mono|stereo|3.0|quad|5.0|5.1|6.1|7.1"


def source_size(facts: MediaFacts) -> Size | None:
    return None if facts.width is None or facts.height is None else Size(facts.width, facts.height)


def target_size(facts: MediaFacts, job: TranscodeInput) -> Size | None:
    size = source_size(facts)
    return None if size is None else fitted(size, job.width, job.height, upscale=job.upscale)


def transcode_recipe(facts: MediaFacts, job: TranscodeInput) -> Recipe:
    """Raises PermanentError for sound that is to be copied and does not fit into the container."""
    size, target = source_size(facts), target_size(facts, job)
    plan = None if size is None else colour_plan(facts.colour, size, job.profile, job.hdr)
    return Recipe(
        container=facts.container,
        picture=None if plan is None or target is None else _picture(facts, plan, target, job.frame_rate),
        sounds=_sounds(facts, job),
        seconds=facts.duration,
        # Another frame rate makes other frames of them: see `refuse_other`.
        frame_count=None if job.frame_rate else countable_frames(facts, facts.frame_count),
        picture_coding=Picture(
            codec=job.profile,
            quality=job.quality,
            bitrate_kbps=job.bitrate_kbps,
            pixel_format=plan.pixel_format if plan else "yuv420p",
        ),
        sound_coding=Sound(codec=_codec(job.chosen_sound), kbps=job.sound_kbps),
        muxer=job.chosen_container,
        chapters=told_apart(facts.chapters),
    )


def picture_filters(facts: MediaFacts, plan: ColourPlan, target: Size) -> tuple[str, ...]:
    """Whole frames of square pixels, in the right colours, of this size."""
    whole = ("bwdif=mode=send_frame:deint=interlaced",) if facts.is_interlaced else ()
    return (*whole, *plan.before, *_sized(facts, target))


def _sized(facts: MediaFacts, target: Size) -> tuple[str, ...]:
    """A picture that only lacks a line to even sides is not made blurred by scaling for that."""
    size = source_size(facts) or target
    is_evened = target == fitted(size, None, None)
    scaled, evened = (size, even_sides(facts)) if is_evened else (target, ())
    return (f"scale={scaled.width}:{scaled.height}:flags=lanczos", "setsar=1", *evened)


def refuse_other(recipe: Recipe, job: TranscodeInput, source: MediaFacts, made: MediaFacts) -> None:
    """Raises PassingError where the result has another codec, size or number of frames than was asked for."""
    if recipe.picture is None:
        return
    wanted, size = (job.profile, target_size(source, job)), source_size(made)
    if wanted != (made.video_codec, size):
        raise PassingError("output_wrong", f"The new video came out as {made.video_codec} {size} instead of {wanted}.")
    if job.frame_rate is not None:
        _refuse_other_count(round(recipe.seconds * job.frame_rate), made.frame_count, job.frame_rate)


def why_mapped(source: MediaFacts, made: MediaFacts, job: TranscodeInput) -> str:
    """In a line, what became of a high dynamic range; nothing where it stayed or never was."""
    if not is_hdr(source.colour) or is_hdr(made.colour):
        return ""
    reason = "as was asked for" if job.hdr == "tone_map" else f"since {job.profile} does not carry it here"
    return f"the high dynamic range was mapped to BT.709, {reason}"


def transcoded_identity(video: Video, job: TranscodeInput) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=job.title or derived_title(video.title, job.profile),
        filename=derived_filename(video.filename, job.profile, job.chosen_container),
        parent_video_id=video.id,
    )


def _picture(facts: MediaFacts, plan: ColourPlan, target: Size, frame_rate: float | None) -> Track:
    rate = () if frame_rate is None else (f"fps={frame_rate:.6f}",)
    return Track(stream=facts.video_stream or 0, filters=(*rate, *picture_filters(facts, plan, target)))


def _sounds(facts: MediaFacts, job: TranscodeInput) -> tuple[Track, ...]:
    return () if job.chosen_sound == "none" else tuple(_sound(each, job) for each in facts.sounds)


def _sound(sound: SoundTrack, job: TranscodeInput) -> Track:
    is_copied = job.chosen_sound == "copy"
    if is_copied and sound.codec not in _COPIED_INTO[job.chosen_container]:
        place = f"{job.chosen_container} (sound track {sound.number})"
        message = f"sound: {sound.codec} cannot be copied into {place}: choose aac or opus."
        raise PermanentError("sound_unsupported", message)
    filters = (_OPUS_LAYOUTS,) if job.chosen_sound == "opus" else ()
    return Track(stream=sound.stream, is_copied=is_copied, filters=filters, label=sound.label)


def _codec(choice: SoundChoice) -> SoundCodec:
    return "opus" if choice == "opus" else "aac"


def _refuse_other_count(expected: int, came: int, frame_rate: float) -> None:
    """Sound may be longer than the picture, which nothing fills with frames."""
    if abs(expected - came) > max(LOSABLE_FRAMES, frame_rate / 2):
        raise PassingError("output_incomplete", f"The new video came out with {came} frames instead of {expected}.")
