"""Translating captions: which texts go to an engine together, and what becomes of what it answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kinolog.common.aggregates import Caption, Video
from kinolog.common.errors import PermanentError
from kinolog.common.subtitles import Cue
from kinolog.common.subtitles.cue import one_line
from kinolog.transcribe.domain.reading import Layout, wrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """How much goes to an engine at once. A text that is longer than `characters` goes alone."""

    texts: int
    characters: int


def texts_of(cues: Sequence[Cue]) -> tuple[str, ...]:
    """As an engine likes them: where a line ends says nothing of where a thought does."""
    return tuple(one_line(cue.text) for cue in cues)


def portions(texts: Sequence[str], portion: Portion) -> Iterator[tuple[str, ...]]:
    """All of them, in order."""
    taken: list[str] = []
    for text in texts:
        if taken and (len(taken) == portion.texts or sum(map(len, taken)) + len(text) > portion.characters):
            yield tuple(taken)
            taken = []
        taken.append(text)
    if taken:
        yield tuple(taken)


def translated(cues: Sequence[Cue], texts: Sequence[str], layout: Layout, language: str) -> tuple[Cue, ...]:
    """The same times and speakers with other texts. Where an engine had nothing to say, the text stays as it was."""
    return tuple(
        Cue(
            start=cue.start,
            end=cue.end,
            text=wrapped(one_line(text), layout, language) or cue.text,
            speaker=cue.speaker,
        )
        for cue, text in zip(cues, texts, strict=True)
    )


def translatable(caption_id: str, caption: Caption | None, video: Video, language: str) -> Caption:
    """Raises PermanentError for a caption that is gone, another video's, or in that language already."""
    if caption is None or caption.is_deleted:
        raise PermanentError("caption_missing", f"caption_id: the caption {caption_id} does not exist or is deleted.")
    if caption.video_id != video.id:
        raise PermanentError("caption_missing", f"caption_id: the caption {caption_id} belongs to another video.")
    if caption.language == language:
        raise PermanentError("same_language", f"language: the caption {caption_id} is in {language} already.")
    return caption
