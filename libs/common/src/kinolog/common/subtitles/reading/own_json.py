"""Reading the JSON that Kinolog itself writes: nothing is lost, words and their times neither."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from kinolog.common.subtitles.cue import LONGEST_TEXT_CHARACTERS, MOST_CUES, Cue
from kinolog.common.subtitles.reading.lines import Pile, SubtitlesRefused

# Values of JSON take many times the room of their letters.
_MOST_CHARACTERS: Final = 8 * 1024 * 1024


def _short(cue: Cue) -> Cue:
    lengths = (len(cue.text), len(cue.words), *(len(word.text) for word in cue.words))
    if max(lengths) > LONGEST_TEXT_CHARACTERS:
        raise ValueError(f"the text has more than {LONGEST_TEXT_CHARACTERS} characters")
    return cue


class _Brought(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: Literal[1]
    cues: Annotated[tuple[Annotated[Cue, AfterValidator(_short)], ...], Field(max_length=MOST_CUES)]


def read_json(text: str, pile: Pile) -> None:
    """Raises SubtitlesRefused, naming the cue in place of the line, which JSON need not have."""
    if len(text) > _MOST_CHARACTERS:
        raise SubtitlesRefused(1, f"the file has more than {_MOST_CHARACTERS} characters")
    try:
        brought = _Brought.model_validate_json(text.encode(errors="replace"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise SubtitlesRefused(1, f"{'/'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}") from error
    pile.cues += [cue for cue in brought.cues if cue.text]
    pile.leave_out("empty", len(brought.cues) - len(pile.cues))
