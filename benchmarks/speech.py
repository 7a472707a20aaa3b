"""How long it takes to index what is said, and to find it, on SQLite and on PostgreSQL.

`python benchmarks/speech.py` makes captions of words of which few are frequent and many are rare, as in any language,
lets the indexer bring them in, and asks for words of each kind. The plans of the database are printed with `--plans`.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import structlog
import uvloop
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.speech_blobs import BlobCues
from kinolog.catalog.adapters.speech_index import SqlSpeechIndex
from kinolog.catalog.adapters.speech_reader import SqlSpeech
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.indexed import Indexed
from kinolog.catalog.domain.spoken import search_of
from kinolog.catalog.handlers.projection import prepare, rebuild
from kinolog.catalog.handlers.speech import SpeechQuestions
from kinolog.catalog.handlers.speech_indexer import SpeechIndexer
from kinolog.catalog.settings import CatalogSettings
from kinolog.catalog.wiring import opened_database
from kinolog.common.aggregates import CAPTION
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.clock import system_clock
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.ids import new_id
from kinolog.common.log.memory import MemoryLog
from kinolog.common.queries import SpeechQuery
from kinolog.common.subtitles import Cue, Word, cues_to_json
from kinolog.common.testing.examples import ORIGIN, registered
from kinolog.common.testing.postgres import PostgresServer

VOCABULARY: Final = 20_000
WORDS_PER_CUE: Final = 8
ASKED: Final = 20

# The n-th word is about 1/n as frequent as the first, which every third cue has.
QUERIES: Final[dict[str, Callable[[int], dict[str, Any]]]] = {
    "a rare word": lambda n: {"q": f"w{5_000 + n}"},
    "two words": lambda n: {"q": f"w{50 + n} w{60 + n}"},
    "a phrase": lambda n: {"q": f'"w{n + 1} w{n + 2}"'},
    "a prefix": lambda n: {"q": f"w{300 + n}*"},
    "a frequent word": lambda n: {"q": f"w{n + 1}"},
}


@dataclass
class Library:
    log: MemoryLog = field(default_factory=MemoryLog)
    blobs: BlobStore = field(default_factory=lambda: BlobStore.open("memory://"))
    cues: list[BlobRef] = field(default_factory=list)

    async def fill(self, captions: int, cues: int) -> None:
        rng = random.Random(7)  # noqa: S311  # The same words in every run.
        weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
        for _ in range(captions):
            numbers = rng.choices(range(1, VOCABULARY + 1), weights, k=cues * WORDS_PER_CUE)
            blob = await self.blobs.put_bytes(cues_to_json(tuple(cues_of([f"w{number}" for number in numbers]))))
            self.cues.append(blob)
            await self._caption(blob, cues)

    async def _caption(self, blob: BlobRef, cues: int) -> None:
        caption = CaptionCreated(
            video_id=await registered(self.log),
            project_id="prj_" + "0" * 32,
            filename="film.srt",
            language="en",
            cues=blob,
            cue_count=cues,
            style={},
        )
        await self.log.append(unborn(CAPTION, new_id("cap")).changes(caption), ORIGIN)


def cues_of(words: list[str]) -> Iterator[Cue]:
    for second in range(len(words) // WORDS_PER_CUE):
        said = words[second * WORDS_PER_CUE : (second + 1) * WORDS_PER_CUE]
        timed = tuple(Word(start=second, end=second + 1, text=word) for word in said)
        yield Cue(start=second, end=second + 1, text=" ".join(said), words=timed)


class Clock:
    """Collects how long things take, in milliseconds."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    @contextmanager
    def timing(self, name: str, parts: int = 1) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.times.setdefault(name, []).append((time.perf_counter() - began) * 1_000 / parts)


async def measure(library: Library, database: Database, clock: Clock, name: str) -> SqlSpeech:
    applied, indexed = Applied(), Indexed()
    store = SqlStore(database)
    with clock.timing(f"{name}: fold the captions", len(library.cues)):
        await rebuild(library.log, store)
    await applied.reach((await prepare(library.log, store)).sequence)
    settings = CatalogSettings()
    indexer = SpeechIndexer(
        index=SqlSpeechIndex(database, cues_per_transaction=settings.speech_cues_per_transaction),
        cues=BlobCues(library.blobs, settings.speech_max_bytes),
        applied=applied,
        indexed=indexed,
        clock=system_clock,
        retry_seconds=1,
        longest_retry_seconds=1,
    )
    await read_only(library, SqlSpeechIndex(database, cues_per_transaction=1), clock)
    with clock.timing(f"{name}: index a caption", len(library.cues)):
        await indexer.look()
    with clock.timing(f"{name}: look, nothing to do"):
        await indexer.look()
    async with database.begin() as connection:
        await connection.execute(text("ANALYZE"))  # As PostgreSQL does by itself within a minute.
    reader = SqlSpeech(database)
    questions = SpeechQuestions(
        reader=reader, applied=applied, indexed=indexed, wait_seconds=5, page_limit_bytes=900_000
    )
    for number in range(ASKED):
        for kind, query in QUERIES.items():
            with clock.timing(f"{name}: {kind}"):
                await questions.speech(json.dumps(query(number)).encode())
    return reader


async def read_only(library: Library, index: SqlSpeechIndex, clock: Clock) -> None:
    """The floor: the same cues, read and parsed and split into words, and kept nowhere."""
    with clock.timing("read and split a caption", len(library.cues)):
        for blob in library.cues:
            async for cues in BlobCues(library.blobs, blob.size_bytes).read(blob):
                await asyncio.to_thread(index.rows, 1, 0, cues)


async def plan(reader: SqlSpeech, database: Database, kind: str) -> list[str]:
    """How the database finds words of a kind, line by line."""
    statement = reader.statement(search_of(SpeechQuery.model_validate(QUERIES[kind](1))))
    is_sqlite = database.dialect.name == "sqlite"
    words = statement.compile(
        dialect=sqlite.dialect() if is_sqlite else postgresql.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"literal_binds": True},
        schema_translate_map={None: database.schema} if database.schema else None,
        render_schema_translate=database.schema is not None,
    )
    prefix = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF, SUMMARY OFF)"
    async with database.begin() as connection:
        rows = await connection.exec_driver_sql(f"{prefix} {words}")
        return [str(row[-1]) for row in rows]


async def run(captions: int, cues: int, *, shows_plans: bool) -> None:
    library, clock = Library(), Clock()
    await library.fill(captions, cues)
    with tempfile.TemporaryDirectory() as folder, PostgresServer() as postgres:
        urls = {"SQLite": f"sqlite:///{folder}/catalog.db", "PostgreSQL": postgres.new_database()}
        for name, url in urls.items():
            async with opened_database(CatalogSettings.model_validate({"database_url": url})) as database:
                reader = await measure(library, database, clock, name)
                for kind in ("a rare word", "a frequent word") if shows_plans else ():
                    print(f"\n{name}, {kind}:")
                    for line in await plan(reader, database, kind):
                        print(f"    {line}")
    print(f"\n{captions} captions of {cues} cues of {WORDS_PER_CUE} words; p50 of {ASKED}\n")
    for name, times in clock.times.items():
        print(f"{name:35} {median(times):9.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captions", type=int, default=200)
    parser.add_argument("--cues", type=int, default=1_000)
    parser.add_argument("--plans", action="store_true")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    uvloop.run(run(arguments.captions, arguments.cues, shows_plans=arguments.plans))


if __name__ == "__main__":
    main()
