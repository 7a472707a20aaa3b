"""Searching in speech without a database: every cue is looked at. Words are compared without case, and that is all."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef
from kinolog.common.queries import Hit, SpeechQuery, SpokenWord
from kinolog.common.subtitles import cues_from_json
from kinolog.gateway.problems import invalid

_WORD: Final = re.compile(r"\w+")

Row = dict[str, Any]


async def hits(query: SpeechQuery, captions: Iterable[Row], videos: Iterable[Row], blobs: BlobStore) -> list[Hit]:
    """All of them, in their order. `videos` are those of projects that are not deleted."""
    words = _words(query.q)
    if not words:
        raise invalid("?q", "give at least one word")
    live = {video["id"]: video for video in videos if not video["is_deleted"]}
    found: list[Hit] = []
    for caption in captions:
        video = live.get(caption["video_id"])
        if video is not None and not caption["is_deleted"] and _is_asked_for(query, caption, video):
            content = await blobs.read(BlobRef.model_validate(caption["cues"]))
            found += _hits_in(content, caption, video, words)
    return sorted(found, key=lambda hit: _order(hit, query))


def place_after(cursor: str | None, found: Sequence[Hit]) -> int:
    """How many hits come before those of the page that begins with a cursor."""
    if cursor is None:
        return 0
    last = json.loads(cursor)
    return next(place for place, hit in enumerate(found, start=1) if [hit.caption_id, hit.cue] == last)


def cursor_after(hit: Hit) -> str:
    return json.dumps([hit.caption_id, hit.cue])


def _words(text: str) -> list[str]:
    return [match[0] for match in _WORD.finditer(text.casefold())]


def _is_asked_for(query: SpeechQuery, caption: Row, video: Row) -> bool:
    asked = {"project_id": query.project_id, "video_id": query.video_id, "language": query.language}
    known = {"project_id": video["project_id"], "video_id": video["id"], "language": caption["language"]}
    return all(value in (None, known[name]) for name, value in asked.items())


def _hits_in(content: bytes, caption: Row, video: Row, words: Sequence[str]) -> Iterator[Hit]:
    for place, cue in enumerate(cues_from_json(content)):
        if set(words) <= set(_words(cue.text)):
            yield Hit(
                video_id=video["id"],
                video_title=video["title"],
                project_id=video["project_id"],
                caption_id=caption["id"],
                language=caption["language"],
                cue=place,
                start=cue.start,
                end=cue.end,
                text=cue.text,
                speaker=cue.speaker,
                highlights=[match.span() for match in _WORD.finditer(cue.text) if match[0].casefold() in words],
                words=[
                    SpokenWord(text=word.text, start=word.start, end=word.end)
                    for word in cue.words
                    if not set(words).isdisjoint(_words(word.text))
                ],
            )


def _order(hit: Hit, query: SpeechQuery) -> tuple[float, str, int]:
    return hit.start if query.sort == "time" else len(_words(hit.text)), hit.caption_id, hit.cue
