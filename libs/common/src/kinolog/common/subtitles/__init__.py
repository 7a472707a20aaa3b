"""Subtitles: timed lines of text, how they are stored, and how they are written in the formats that players read."""

from kinolog.common.subtitles.cue import Cue, Word
from kinolog.common.subtitles.render import MEDIA_TYPES, SubtitleFormat, render
from kinolog.common.subtitles.stored import CUES_MEDIA_TYPE, cues_from_json, cues_to_json

__all__ = [
    "CUES_MEDIA_TYPE",
    "MEDIA_TYPES",
    "Cue",
    "SubtitleFormat",
    "Word",
    "cues_from_json",
    "cues_to_json",
    "render",
]
