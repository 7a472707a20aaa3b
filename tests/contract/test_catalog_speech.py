"""What is said in videos is found, by the same words and in the same order on every database."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.reader import SqlReader
from kinolog.catalog.adapters.speech_blobs import BlobCues
from kinolog.catalog.adapters.speech_engine import engine_of
from kinolog.catalog.adapters.speech_index import SqlSpeechIndex
from kinolog.catalog.adapters.speech_reader import SqlSpeech
from kinolog.catalog.adapters.speech_tables import CUES, TEXTS
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.indexed import Indexed
from kinolog.catalog.handlers.projection import on_batch, prepare, rebuild
from kinolog.catalog.handlers.speech import SpeechQuestions
from kinolog.catalog.handlers.speech_indexer import SpeechIndexer
from kinolog.common.aggregates import CAPTION, PROJECT, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.clock import system_clock
from kinolog.common.errors import Refused
from kinolog.common.events import BlobRef, Event
from kinolog.common.events.caption import (
    CaptionCreated,
    CaptionDeleted,
    CaptionEdited,
    CaptionPurged,
    CaptionRestored,
    CaptionStyled,
)
from kinolog.common.events.project import ProjectDeleted, ProjectRestored
from kinolog.common.events.video import VideoDeleted, VideoPurged, VideoRestored, VideoUpdated
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.queries import Hits
from kinolog.common.subtitles import Cue, Word, cues_to_json
from kinolog.common.testing.examples import ORIGIN, created, registered


@dataclass
class Library:
    """Videos with captions, a catalog of them, and somebody who asks."""

    database: Database
    log: MemoryLog = field(default_factory=MemoryLog)
    blobs: BlobStore = field(default_factory=lambda: BlobStore.open("memory://"))
    applied: Applied = field(default_factory=Applied)
    indexed: Indexed = field(default_factory=Indexed)
    max_bytes: int = 100_000

    def indexer(self) -> SpeechIndexer:
        return SpeechIndexer(
            index=SqlSpeechIndex(self.database, cues_per_transaction=3),
            cues=BlobCues(self.blobs, self.max_bytes),
            applied=self.applied,
            indexed=self.indexed,
            clock=system_clock,
            retry_seconds=60,
            longest_retry_seconds=60,
        )

    async def follow(self) -> None:
        """Fold what came, without the indexer."""
        store = SqlStore(self.database)
        sequence = (await prepare(self.log, store)).sequence
        if sequence < await self.log.last_sequence():
            sequence = await on_batch(await self.log.scan(sequence, 1_000), self.log, store)
        await self.applied.reach(sequence)

    async def look(self) -> None:
        await self.follow()
        await self.indexer().look()

    async def ask(self, q: str, **query: Any) -> Hits:
        await self.look()
        return await self.find(q, **query)

    async def find(self, q: str, **query: Any) -> Hits:
        questions = SpeechQuestions(
            reader=SqlSpeech(self.database),
            applied=self.applied,
            indexed=self.indexed,
            wait_seconds=0.05,
            page_limit_bytes=900_000,
        )
        return await questions.speech(json.dumps({"q": q, **query}).encode())

    async def texts(self, q: str, **query: Any) -> list[str]:
        return [hit.text for hit in (await self.ask(q, **query)).data]

    async def caption(self, *texts: str | Cue, video_id: str | None = None, language: str = "en") -> str:
        """A caption of a cue a second, of a video of its own unless there is one."""
        caption_id = new_id("cap")
        video_id = video_id or await registered(self.log)
        await self.log.append(
            unborn(CAPTION, caption_id).changes(
                CaptionCreated(
                    video_id=video_id,
                    project_id="prj_" + "0" * 32,
                    filename="film.srt",
                    language=language,
                    cues=await self.stored(texts),
                    cue_count=len(texts),
                    style={},
                )
            ),
            ORIGIN,
        )
        return caption_id

    async def stored(self, texts: Iterable[str | Cue]) -> BlobRef:
        cues = (
            text if isinstance(text, Cue) else Cue(start=second, end=second + 1, text=text)
            for second, text in enumerate(texts)
        )
        return await self.blobs.put_bytes(cues_to_json(tuple(cues)))

    async def change(self, caption_id: str, event: Event) -> None:
        await self.log.append((await load(self.log, CAPTION, caption_id)).changes(event), ORIGIN)

    async def change_video(self, video_id: str, event: Event) -> None:
        await self.log.append((await load(self.log, VIDEO, video_id)).changes(event), ORIGIN)

    async def change_project(self, project_id: str, event: Event) -> None:
        await self.log.append((await load(self.log, PROJECT, project_id)).changes(event), ORIGIN)

    async def edit(self, caption_id: str, *texts: str) -> None:
        await self.change(caption_id, CaptionEdited(cues=await self.stored(texts), cue_count=len(texts)))

    async def count_rows(self) -> list[int]:
        async with self.database.begin() as connection:
            tables = (TEXTS, CUES, engine_of(self.database).table)
            return [int(await connection.scalar(select(func.count()).select_from(table)) or 0) for table in tables]


@pytest.fixture
def library(catalog_database: Database) -> Library:
    return Library(catalog_database)


async def test_a_hit_tells_where_it_is_said(library: Library) -> None:
    video_id = await registered(library.log, title="Winter")
    caption_id = await library.caption(
        "One", Cue(start=2, end=3.5, text="Zwei Wörter", speaker="Anna"), video_id=video_id
    )
    (hit,) = (await library.ask("worter")).data
    assert (video_id, "Winter", caption_id, "en") == (hit.video_id, hit.video_title, hit.caption_id, hit.language)
    assert (1, 2.0, 3.5, "Zwei Wörter", "Anna") == (hit.cue, hit.start, hit.end, hit.text, hit.speaker)
    assert ([(5, 11)], []) == (hit.highlights, hit.words)


async def test_a_word_that_has_times_is_given_with_them(library: Library) -> None:
    words = tuple(Word(start=n, end=n + 0.5, text=text) for n, text in enumerate(["Hello,", "dear", "world!"]))
    await library.caption(Cue(start=0, end=3, text="Hello, dear world!", words=words))
    (hit,) = (await library.ask("WORLD hel*")).data
    assert [("Hello,", 0.0, 0.5), ("world!", 2.0, 2.5)] == [(word.text, word.start, word.end) for word in hit.words]


CUES_OF_ALL_KINDS = (
    "New York is big",
    "York is not new",
    "Ein Café in der STRASSE",
    "東京に行きました",
    "がんばって",
    "ความรักของเรา",
    "Ёлка и Œuvre",
    "well-known: don't",
    "हिन्दी में",
    "مَرحَبًا",
)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("york new", [0, 1]),
        ('"new york"', [0]),
        ("“new york”", [0]),
        ('"york is" big', [0]),
        ("cafe", [2]),
        ("CAFÉ straße", [2]),
        ("str*", [2]),
        ("str", []),
        ('"new yo"*', [0]),
        ("京", [3]),
        ("東京", [3]),
        ("京東", []),
        ("行き*", [3]),
        ("かん", []),
        ("がん", [4]),
        ("ｶﾞﾝ", []),
        ("รัก", [5]),
        ("елка", [6]),
        ("oeuvre", [6]),
        ("don’t", [7]),
        ("known", [7]),
        ("well known", [7]),
        ("हिन्दी", [8]),
        ("مرحبا", [9]),
        ("york -big", [0]),
        ("york NOT big", []),
    ],
)
async def test_words_are_found(library: Library, query: str, places: list[int]) -> None:
    await library.caption(*CUES_OF_ALL_KINDS)
    found = await library.ask(query, sort="time", video_id=(await library.ask("york")).data[0].video_id)
    assert places == [hit.cue for hit in found.data]


HOSTILE = (
    'a" OR "b',
    "NEAR(a b)",
    "tokens:a",
    "a AND",
    "^a",
    "{a b}",
    "-a",
    "a' & !'b",
    "ab\\:*",
    "(a",
    "a <-> b",
    '"a',
    "𐍈",
    "\U0001f600 a",
)


@pytest.mark.parametrize("query", HOSTILE)
async def test_no_query_reaches_the_engine_as_its_own_language(library: Library, query: str) -> None:
    await library.caption("nothing of that kind")
    assert [] == await library.texts(query)


@pytest.mark.parametrize("query", ["", " ", "?!…", '""', "*", "a*", " ".join(f"w{n}" for n in range(17)), "x" * 201])
async def test_a_query_without_words_or_with_too_many_is_refused(library: Library, query: str) -> None:
    await library.caption("a")
    with pytest.raises(Refused, match="q: "):
        await library.ask(query)


async def test_the_order_of_time_needs_a_video(library: Library) -> None:
    await library.caption("a")
    with pytest.raises(Refused, match="video_id"):
        await library.ask("a", sort="time")


async def test_a_cue_that_says_little_else_comes_first(library: Library) -> None:
    await library.caption("the cat and the dog", "a cat", "cat cat cat")
    assert ["a cat", "cat cat cat", "the cat and the dog"] == await library.texts("cat")


@pytest.mark.parametrize("sort", ["best", "time"])
async def test_pages_hold_while_captions_come_and_go(library: Library, sort: str) -> None:
    video_id = await registered(library.log)
    for number in range(3):
        await library.caption(*(f"cat {number} {'x ' * n}" for n in range(4)), video_id=video_id)
    everything = [(hit.caption_id, hit.cue) for hit in (await library.ask("cat", sort=sort, video_id=video_id)).data]
    seen, cursor, has_more = [], None, True
    while has_more:
        page = await library.ask("cat", sort=sort, video_id=video_id, limit=5, cursor=cursor)
        seen += [(hit.caption_id, hit.cue) for hit in page.data]
        cursor, has_more = page.next_cursor, page.has_more
        await library.caption("cat cat cat", "cats and a dog")
    assert (12, everything) == (len(set(seen)), seen)


@pytest.mark.parametrize("cursor", ["cut", "WyJsZW5ndGgiLDEsImNhcF94Il0", "WyJzdGFydCIsMSwiY2FwX3g6MSJd"])
async def test_a_cursor_that_is_none_of_its_own_is_refused(library: Library, cursor: str) -> None:
    with pytest.raises(Refused) as raised:
        await library.ask("cat", cursor=cursor)
    assert "bad-cursor" == raised.value.code


async def test_a_search_is_within_a_project_a_video_or_a_language(library: Library) -> None:
    mine = await registered(library.log, project_id="prj_" + "1" * 32)
    english = await library.caption("taxi", video_id=mine)
    german = await library.caption("taxi", video_id=mine, language="de")
    await library.caption("taxi")
    filters = [{"project_id": "prj_" + "1" * 32}, {"video_id": mine, "language": "de"}, {"project_id": "prj_none"}]
    found = [{hit.caption_id for hit in (await library.ask("taxi", **each)).data} for each in filters]
    assert [{english, german}, {german}, set()] == found


async def test_a_caption_follows_its_video_into_another_title(library: Library) -> None:
    video_id = await registered(library.log)
    await library.caption("taxi", video_id=video_id)
    await library.look()
    await library.change_video(video_id, VideoUpdated(title="Later"))
    assert ["Later"] == [hit.video_title for hit in (await library.ask("taxi")).data]


async def test_an_edit_is_found_and_what_it_replaced_is_not(library: Library) -> None:
    caption_id = await library.caption("old words", "more old words")
    await library.look()
    await library.edit(caption_id, "new words")
    assert (["new words"], []) == (await library.texts("words"), await library.texts("old"))
    assert [1, 1, 1] == await library.count_rows()


async def test_a_style_leaves_the_index_alone(library: Library) -> None:
    caption_id = await library.caption("words")
    await library.look()
    await library.blobs.put_bytes(b"so that reading anew would fail")
    library.max_bytes = 0
    await library.change(caption_id, CaptionStyled(style={}))
    assert ["words"] == await library.texts("words")


@pytest.mark.parametrize("event", [CaptionDeleted(), CaptionPurged()])
async def test_a_deleted_caption_leaves_no_word_behind(library: Library, event: Event) -> None:
    caption_id = await library.caption(*(f"secret {n}" for n in range(10)))
    await library.look()
    await library.change(caption_id, event)
    await library.follow()
    at_once = (await library.find("secret")).data
    await library.look()
    assert ([], [0, 0, 0]) == (at_once, await library.count_rows())


@pytest.mark.parametrize("event", [VideoDeleted(), VideoPurged()])
async def test_captions_of_a_deleted_video_leave_no_word_behind(library: Library, event: Event) -> None:
    video_id = await registered(library.log)
    await library.caption("secret", video_id=video_id)
    await library.look()
    await library.change_video(video_id, event)
    assert [] == await library.texts("secret")
    assert [0, 0, 0] == await library.count_rows()


async def test_captions_of_a_deleted_project_leave_no_word_behind_until_it_is_restored(library: Library) -> None:
    project_id = await created(library.log)
    await library.caption("secret", video_id=await registered(library.log, project_id=project_id))
    await library.look()
    await library.change_project(project_id, ProjectDeleted())
    await library.follow()
    at_once = (await library.find("secret")).data
    await library.look()
    assert ([], [0, 0, 0]) == (at_once, await library.count_rows())
    await library.change_project(project_id, ProjectRestored())
    assert ["secret"] == await library.texts("secret")


async def test_what_is_restored_is_found_again(library: Library) -> None:
    video_id = await registered(library.log)
    caption_id = await library.caption("taxi", video_id=video_id)
    for change in (CaptionDeleted(), CaptionRestored()):
        await library.change(caption_id, change)
        await library.look()
    for event in (VideoDeleted(), VideoRestored()):
        await library.change_video(video_id, event)
        await library.look()
    assert ["taxi"] == await library.texts("taxi")


async def test_cues_that_cannot_be_read_are_counted_and_others_found(library: Library) -> None:
    await library.caption("taxi")
    for content in (b"no cues", b'{"version":1,"cues":[{"start":0,"end":1,"text":"tax'):
        caption_id = await library.caption("gone")
        await library.change(caption_id, CaptionEdited(cues=await library.blobs.put_bytes(content), cue_count=1))
    missing = BlobRef(sha256="f" * 64, size_bytes=10)
    await library.change(await library.caption("gone"), CaptionEdited(cues=missing, cue_count=1))
    hits = await library.ask("taxi")
    assert (1, 3, True) == (len(hits.data), hits.unreadable, hits.is_complete)


async def test_a_broken_caption_that_is_mended_is_found(library: Library) -> None:
    caption_id = await library.caption("taxi")
    await library.change(caption_id, CaptionEdited(cues=BlobRef(sha256="f" * 64, size_bytes=10), cue_count=1))
    before = (await library.ask("taxi")).unreadable
    await library.edit(caption_id, "taxi")
    hits = await library.ask("taxi")
    assert (1, 1, 0) == (before, len(hits.data), hits.unreadable)


async def test_cues_beyond_the_limit_are_not_read(library: Library) -> None:
    library.max_bytes = 50
    await library.caption("taxi " * 50)
    assert 1 == (await library.ask("taxi")).unreadable


async def test_a_text_that_was_begun_before_a_crash_is_written_anew(library: Library) -> None:
    caption_id = await library.caption(*(f"taxi {n}" for n in range(10)))
    await library.look()
    await library.edit(caption_id, *(f"taxi {n}" for n in range(7)))
    await library.follow()
    index = SqlSpeechIndex(library.database, cues_per_transaction=3)
    (wanted,) = await index.wanted(system_clock(), 10)
    with pytest.raises(ConnectionError):
        await index.bring_in(wanted, interrupted_cues())
    before = len((await library.find("taxi")).data)
    assert (10, 7) == (before, len((await library.ask("taxi")).data))
    assert [1, 7, 7] == await library.count_rows()


async def test_what_was_begun_before_a_crash_goes_with_its_caption(library: Library) -> None:
    caption_id = await library.caption("secret")
    await library.follow()
    index = SqlSpeechIndex(library.database, cues_per_transaction=3)
    await index.prepare()
    (wanted,) = await index.wanted(system_clock(), 10)
    with pytest.raises(ConnectionError):
        await index.bring_in(wanted, interrupted_cues())
    before = await library.count_rows()
    await library.change(caption_id, CaptionPurged())
    await library.look()
    assert ([1, 5, 5], [0, 0, 0]) == (before, await library.count_rows())


async def interrupted_cues() -> AsyncIterator[list[Cue]]:
    yield [Cue(start=0, end=1, text=f"taxi {n}") for n in range(5)]
    raise ConnectionError


async def test_a_rebuild_leaves_the_index_and_the_index_no_trace_in_the_digest(library: Library) -> None:
    await library.caption("taxi")
    await library.follow()
    before = await SqlReader(library.database).digest()
    await library.look()
    with_index = await SqlReader(library.database).digest()
    await rebuild(library.log, SqlStore(library.database))
    assert (before, before) == (with_index, await SqlReader(library.database).digest())
    assert ["taxi"] == [hit.text for hit in (await library.find("taxi")).data]
