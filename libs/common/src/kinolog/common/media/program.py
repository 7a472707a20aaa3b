"""The child program that looks into one file: `python -m kinolog.common.media.program QUESTION`.

It runs apart because the bytes are a stranger's: whatever a decoder does with them ends with this process. It answers
as `kinolog.common.media.tell` has it.
"""

import json
import sys
from dataclasses import asdict, replace

from kinolog.common.media.chapters import Chapter, chapters_of
from kinolog.common.media.decode import Look, look_at_frames
from kinolog.common.media.facts import MediaFacts, Poster, Question
from kinolog.common.media.formats import media_type
from kinolog.common.media.opened import Opened, opened
from kinolog.common.media.poster import make_poster
from kinolog.common.media.report import write_report
from kinolog.common.media.scan import Scan, scan
from kinolog.common.media.streams import sounds_of, subtitles_of
from kinolog.common.media.tags import recorded_at
from kinolog.common.media.tell import PercentTeller, tell


def main() -> None:
    question = Question(**json.loads(sys.argv[1]))
    tell(lambda: asdict(look_into(question)))


def look_into(question: Question) -> MediaFacts:
    """Raises MediaRefused for what is not a whole, decodable video or audio file within the limits."""
    with opened(question) as media:
        found = scan(media, question, PercentTeller())
        look = look_at_frames(media, found.duration, is_picture_examined=question.is_picture_examined)
        poster = make_poster(media, found.duration, question) if question.poster_path else None
        chapters = chapters_of(media.file.chapters(), media.start, found.duration, question.max_chapters)
        facts = _with_tracks(_facts(media, found, look, poster, chapters), media, question)
        write_report(media, found, look, facts, chapters, question)
        return facts


def _facts(media: Opened, found: Scan, look: Look, poster: Poster | None, chapters: tuple[Chapter, ...]) -> MediaFacts:
    width, height = media.shown_size(look.rotation)
    return MediaFacts(
        container=media.container,
        media_type=media_type(media.container, media.video_codec, media.audio_codec),
        duration=round(found.duration, 6),
        width=width,
        height=height,
        rotation=look.rotation,
        frame_rate=media.frame_rate,
        frame_count=found.frames.count,
        is_interlaced=look.is_interlaced,
        video_codec=media.video_codec,
        audio_codec=media.audio_codec,
        video_stream=media.picture.index if media.picture else None,
        audio_stream=media.sound.index if media.sound else None,
        windows=found.frames.windows,
        poster=poster,
        colour=look.colour,
        is_variable_frame_rate=found.frames.spread.is_variable,
        most_frames_in_a_second=found.frames.most_in_a_second,
        dynamic_range=look.dynamic_range,
        audio_channels=media.sound.codec_context.channels if media.sound else None,
        audio_track_count=len(media.file.streams.audio),
        chapter_count=len(chapters),
        recorded_at=recorded_at(media.file.metadata),
    )


def _with_tracks(facts: MediaFacts, media: Opened, question: Question) -> MediaFacts:
    heard, unheard = sounds_of(media, question.max_sounds)
    facts = replace(facts, unheard=unheard, subtitles=subtitles_of(media, question.max_listed_streams))
    if not heard:
        return facts
    first, *further = heard
    return replace(facts, audio_number=first.number, audio_label=first.label, further_sounds=tuple(further))


if __name__ == "__main__":
    main()
