"""Answering what is said where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.highlight import highlights, words_said
from kinolog.catalog.domain.indexed import Indexed
from kinolog.catalog.domain.speech_query import Term
from kinolog.catalog.domain.spoken import Found, Search, search_of
from kinolog.catalog.handlers.questions import Question, parse
from kinolog.common.queries import Hit, Hits, SpeechQuery


class SpeechReader(Protocol):
    """Raises StoreUnavailable when the database cannot be used at present."""

    async def find(self, search: Search) -> Sequence[Found]:
        """What is asked for, and one more where there is one."""
        ...

    async def count_unreadable(self, search: Search) -> int:
        """How many of the captions that were asked for are not in the index, and not about to be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechQuestions:
    """Takes a request's JSON. Raises Refused, Stale or StoreUnavailable."""

    reader: SpeechReader
    applied: Applied
    indexed: Indexed
    wait_seconds: float
    page_limit_bytes: int

    def by_name(self) -> dict[str, Question]:
        return {"speech": self.speech}

    async def speech(self, request: bytes) -> Hits:
        query = parse(SpeechQuery, request)
        search = search_of(query)
        sequence = await self.applied.wait_for(query.min_seq, within_seconds=self.wait_seconds)
        await self.indexed.wait_for(query.min_seq, self.wait_seconds)
        is_complete = self.indexed.is_complete
        found = await self.reader.find(search)
        shown = _fitting([_hit(each, search.terms) for each in found[: search.limit]], self.page_limit_bytes)
        has_more = len(found) > len(shown)
        return Hits(
            data=shown,
            has_more=has_more,
            next_cursor=search.cursor_after(found[len(shown) - 1]) if has_more else None,
            unreadable=await self.reader.count_unreadable(search),
            is_complete=is_complete,
            seq=sequence,
        )


def _hit(found: Found, terms: Sequence[Term]) -> Hit:
    return Hit(
        video_id=found.video_id,
        video_title=found.video_title,
        project_id=found.project_id,
        caption_id=found.caption_id,
        language=found.language,
        cue=found.place,
        start=found.start,
        end=found.end,
        text=found.text,
        speaker=found.speaker,
        highlights=highlights(found.text, terms),
        words=words_said(found.words, terms),
    )


def _fitting(hits: Sequence[Hit], limit_bytes: int) -> list[Hit]:
    """As many as fit into one message, and one at least: the rest is left to the next page."""
    shown: list[Hit] = []
    room = limit_bytes
    for hit in hits:
        room -= len(hit.model_dump_json().encode())
        if shown and room < 0:
            break
        shown.append(hit)
    return shown
