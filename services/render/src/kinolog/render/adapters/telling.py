"""Writing into a film what it says of itself, where its packets are joined here."""

from collections.abc import Sequence
from fractions import Fraction

from av.container import OutputContainer

from kinolog.common.media.chapters import Chapter
from kinolog.render.domain.words import TICKS_PER_SECOND, ticks_of


def tell_chapters(film: OutputContainer, chapters: Sequence[Chapter]) -> None:
    """Before anything else is written."""
    if chapters:
        film.set_chapters(
            [
                {
                    "id": number,
                    "start": ticks_of(chapter.start),
                    "end": ticks_of(chapter.end),
                    "time_base": Fraction(1, TICKS_PER_SECOND),
                    "metadata": {"title": chapter.title},
                }
                for number, chapter in enumerate(chapters, start=1)
            ]
        )
