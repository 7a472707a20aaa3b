"""Writing into a film what it says of itself, where its packets are joined here."""

from collections.abc import Sequence
from fractions import Fraction

from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition

from kinolog.common.media.chapters import Chapter
from kinolog.common.media.facts import SoundLabel
from kinolog.render.domain.words import TICKS_PER_SECOND, tags_of, ticks_of


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


def tell_label(stream: AudioStream, label: SoundLabel) -> None:
    stream.metadata.update(tags_of(label))
    stream.disposition = Disposition.default if label.is_default else Disposition(0)
