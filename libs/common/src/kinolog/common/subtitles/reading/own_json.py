"""Reading the JSON that Kinolog itself writes: nothing is lost, words and their times neither."""

from pydantic import ValidationError

from kinolog.common.subtitles.reading.lines import LONGEST_TEXT_CHARACTERS, MOST_CUES, Read, SubtitlesRefused
from kinolog.common.subtitles.stored import cues_from_json


def read_json(text: str) -> Read:
    """Raises SubtitlesRefused, naming the cue in place of the line, which JSON need not have."""
    try:
        cues = cues_from_json(text.encode())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise SubtitlesRefused(1, f"{'/'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}") from error
    if len(cues) > MOST_CUES or any(len(cue.text) > LONGEST_TEXT_CHARACTERS for cue in cues):
        limits = f"at most {MOST_CUES} cues of {LONGEST_TEXT_CHARACTERS} characters each are taken"
        raise SubtitlesRefused(1, limits)
    return Read(tuple(cue for cue in cues if cue.text), {})
