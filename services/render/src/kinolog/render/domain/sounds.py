"""The tracks of sound of a new film: which stay as they are, which are encoded, and which could not come along."""

from collections.abc import Iterable, Sequence
from typing import Final

from kinolog.common.media.facts import MediaFacts, SoundLabel, SoundTrack
from kinolog.render.domain.errand import KeptTrack
from kinolog.render.domain.recipe import Track
from kinolog.render.domain.work import Sound

# What browsers play inside MP4.
_KNOWN_TO_PLAYERS: Final = frozenset({"aac", "mp3"})


def is_known_to_players(sound: SoundTrack) -> bool:
    """Whether MP4 players know it as it is."""
    return sound.codec in _KNOWN_TO_PLAYERS


def sounds_as_they_are(facts: MediaFacts) -> tuple[Track, ...]:
    """All of them, for MP4: those that players do not know are encoded."""
    return tuple(
        Track(stream=each.stream, is_copied=is_known_to_players(each), label=each.label) for each in facts.sounds
    )


def sound_places(count: int) -> tuple[str, ...]:
    """How FFmpeg's options name each of so many tracks of sound that come out."""
    return ("a",) if count == 1 else tuple(f"a:{number}" for number in range(count))


def sound_maps(tracks: Sequence[Track]) -> tuple[str, ...]:
    """Options of FFmpeg that take the tracks out of its first source, each through its filters."""
    places = zip(sound_places(len(tracks)), tracks, strict=True)
    return tuple(word for place, track in places for word in _sound_map(place, track))


def _sound_map(place: str, track: Track) -> tuple[str, ...]:
    filters = (f"-filter:{place}", ",".join(track.filters)) if track.filters and not track.is_copied else ()
    return ("-map", f"0:{track.stream}", *filters)


def codings_of(tracks: Iterable[Track], coding: Sound) -> tuple[Sound, ...]:
    return tuple(Sound(codec="copy") if track.is_copied else coding for track in tracks)


def labels_of(tracks: Iterable[Track]) -> tuple[SoundLabel, ...]:
    return tuple(track.label for track in tracks)


def in_their_film(tracks: Iterable[Track]) -> tuple[KeptTrack, ...]:
    """Where they are in the file that they come from."""
    return tuple(KeptTrack(stream=track.stream, label=track.label) for track in tracks)


def in_a_file_of_their_own(tracks: Iterable[Track]) -> tuple[KeptTrack, ...]:
    """Where they are once they were encoded, without a picture."""
    return tuple(KeptTrack(stream=number, label=track.label) for number, track in enumerate(tracks))


def left_out(facts: MediaFacts, kept_sounds: int | None = None) -> tuple[str, ...]:
    """Names for a person of the tracks that a new film lacks: those of subtitles, and those of sound but the first
    `kept_sounds`, or but all that can be kept.
    """
    missing = () if kept_sounds is None else facts.sounds[kept_sounds:]
    sounds = sorted([*missing, *facts.unheard], key=lambda sound: sound.number)
    return (
        *(_name("sound", sound.number, sound.label.language) for sound in sounds),
        *(_name("subtitle", track.number, track.language) for track in facts.subtitles),
    )


def left_out_of(facts: MediaFacts, *, kept_sounds: int) -> tuple[str, ...]:
    """As `left_out`, for a new film that keeps no chapters either."""
    return (*left_out(facts, kept_sounds), *(("chapters",) if facts.chapters else ()))


def _name(kind: str, number: int, language: str | None) -> str:
    return f"{kind} track {number}" + (f" ({language})" if language else "")
