"""Reading stored cues piece by piece, so that a caption of any length takes little memory."""

import codecs
import json
from collections.abc import Iterator
from typing import Any, Final

from kinolog.common.subtitles import Cue

# As `cues_to_json` begins, and a cue far beyond any that it wrote for people.
_HEAD: Final = '{"version":1,"cues":['
_TAIL: Final = "]}"
_LONGEST_CUE_CHARACTERS: Final = 2 * 1024 * 1024


class CueStream:
    """Give it the bytes as they come; it gives back the cues that are whole. Raises ValueError for anything else."""

    def __init__(self) -> None:
        self._bytes = codecs.getincrementaldecoder("utf-8")()
        self._json = json.JSONDecoder()
        self._text = ""
        self._is_begun = False
        self._is_ended = False

    def feed(self, chunk: bytes) -> list[Cue]:
        self._text += self._bytes.decode(chunk)
        if not self._is_begun and len(self._text) >= len(_HEAD):
            self._begin()
        cues = [Cue.model_validate(value) for value in self._values()] if self._is_begun else []
        if len(self._text) > _LONGEST_CUE_CHARACTERS:
            raise ValueError(f"a cue has more than {_LONGEST_CUE_CHARACTERS} characters, or is damaged")
        return cues

    def close(self) -> None:
        """To be called after the last byte."""
        self._bytes.decode(b"", final=True)
        if not self._is_ended:
            raise ValueError("the cues are cut off or damaged")

    def _begin(self) -> None:
        if not self._text.startswith(_HEAD):
            raise ValueError("these are no cues, or those of another version")
        self._text, self._is_begun = self._text.removeprefix(_HEAD), True

    def _values(self) -> Iterator[Any]:
        place = 0
        while value := self._value_at(place):
            place = value[1]
            yield value[0]
        self._text = self._text[place:]
        if self._text == _TAIL:
            self._text, self._is_ended = "", True
        elif self._is_ended and self._text:
            raise ValueError("something follows the cues")

    def _value_at(self, place: int) -> tuple[Any, int] | None:
        """The next cue and where it ends; None where it is not there as a whole yet."""
        start = place + 1 if self._text[place : place + 1] == "," else place
        if self._text[start : start + 1] != "{":
            return None
        try:
            return self._json.raw_decode(self._text, start)
        except json.JSONDecodeError:
            return None
        except RecursionError as error:
            raise ValueError("a cue is nested too deeply") from error
