"""Translating captions: which texts go to an engine together, and what becomes of what it answers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kinolog.common.aggregates import Caption, Video
from kinolog.common.errors import PermanentError
from kinolog.common.subtitles import Cue
from kinolog.common.subtitles.cue import one_line
from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.reading import Layout, shared_out, wrapped
from kinolog.transcribe.domain.reading.sense import CLOSERS, SENTENCE_MARKS

STANDS_ALONE: Final = ("-", "–", "—", "♪", "♫", "[", "(", "<", ">", "*")
"""What begins so is somebody else's turn, a song or a sound, and no part of what was said before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """How much goes to an engine at once. A text that is longer than `characters` goes alone."""

    texts: int
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """How much of a caption is translated as a whole: sentences, over at most so many `cues`, without such a pause."""

    cues: int
    pause_seconds: float

    def of(self, cues: Iterable[Cue]) -> list[tuple[Cue, ...]]:
        """All of them, in order. What half a sentence means, no engine can know."""
        found: list[list[Cue]] = []
        for cue in cues:
            if found and len(found[-1]) < self.cues and self._is_one(found[-1][-1], cue):
                found[-1].append(cue)
            else:
                found.append([cue])
        return [tuple(passage) for passage in found]

    def _is_one(self, before: Cue, after: Cue) -> bool:
        if before.speaker != after.speaker or not 0 <= after.start - before.end < self.pause_seconds:
            return False
        text, follows = one_line(before.text), one_line(after.text)
        return bool(text) and not _ends(text) and not follows.startswith(STANDS_ALONE)


def _ends(text: str) -> bool:
    return text.startswith(STANDS_ALONE) or text.rstrip(CLOSERS).endswith(SENTENCE_MARKS)


def text_of(passage: Iterable[Cue]) -> str:
    """As an engine likes it: where a line ends says nothing of where a thought does."""
    return one_line("\n".join(cue.text for cue in passage))


def portions(texts: Iterable[str], portion: Portion) -> Iterator[tuple[str, ...]]:
    """All of them, in order."""
    taken: list[str] = []
    for text in texts:
        if taken and (len(taken) == portion.texts or sum(map(len, taken)) + len(text) > portion.characters):
            yield tuple(taken)
            taken = []
        taken.append(text)
    if taken:
        yield tuple(taken)


def translated(
    passages: Sequence[Sequence[Cue]], texts: Sequence[str], layout: Layout, language: str
) -> tuple[Cue, ...]:
    """The same times and speakers with other texts, each of which is that of a passage."""
    pairs = zip(passages, texts, strict=True)
    return tuple(cue for passage, text in pairs for cue in _put(passage, one_line(text), layout, language))


def _put(passage: Sequence[Cue], text: str, layout: Layout, language: str) -> Iterator[Cue]:
    """Where an engine had nothing to say, the text stays as it was. One of fewer words than there are cues is shown by
    the first ones, the last of them until the end."""
    parts = shared_out(text, [max(1, columns_of(cue.text)) for cue in passage], layout, language)
    shown = [part for part in parts if part]
    if not shown:
        yield from (Cue(start=cue.start, end=cue.end, text=cue.text, speaker=cue.speaker) for cue in passage)
        return
    for cue, part, end in zip(passage, shown, _ends_of(passage, len(shown)), strict=False):
        yield Cue(start=cue.start, end=end, text=wrapped(part, layout, language), speaker=cue.speaker)


def _ends_of(passage: Sequence[Cue], count: int) -> list[float]:
    return [*(cue.end for cue in passage[: count - 1]), passage[-1].end]


def translatable(caption_id: str, caption: Caption | None, video: Video, language: str) -> Caption:
    """Raises PermanentError for a caption that is gone, another video's, or in that language already."""
    if caption is None or caption.is_deleted:
        raise PermanentError("caption_missing", f"caption_id: the caption {caption_id} does not exist or is deleted.")
    if caption.video_id != video.id:
        raise PermanentError("caption_missing", f"caption_id: the caption {caption_id} belongs to another video.")
    if caption.language == language:
        raise PermanentError("same_language", f"language: the caption {caption_id} is in {language} already.")
    return caption
