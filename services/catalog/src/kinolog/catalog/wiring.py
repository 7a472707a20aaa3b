"""Builds the service from its settings: the one place where concrete things are chosen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.history import SqlJobs
from kinolog.catalog.adapters.micro import answering
from kinolog.catalog.adapters.postgres import PostgresDatabase
from kinolog.catalog.adapters.reader import SqlReader
from kinolog.catalog.adapters.speech_reader import SqlSpeech
from kinolog.catalog.adapters.sqlite import SqliteDatabase
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.bell import Hearing
from kinolog.catalog.domain.indexed import Indexed
from kinolog.catalog.domain.rest import Rest
from kinolog.catalog.handlers.projection import keep_following, rebuild
from kinolog.catalog.handlers.questions import Question, Questions
from kinolog.catalog.handlers.speech import SpeechQuestions
from kinolog.catalog.handlers.work_questions import WorkQuestions
from kinolog.catalog.managers import run_managers
from kinolog.catalog.settings import CatalogSettings
from kinolog.common.clock import system_clock
from kinolog.common.errors import BadSettings
from kinolog.common.service import Service

_FIX: Final = "must begin with sqlite:/// and a file, or with postgresql://"


async def run_catalog(service: Service, settings: CatalogSettings) -> None:
    """Follow the log and answer questions until the service stops.

    Questions are taken only once the rows have come to where the log ended at the start.
    """
    applied, indexed, hearing = Applied(), Indexed(), Hearing()
    async with opened_database(settings) as database, asyncio.TaskGroup() as tasks:
        follower = tasks.create_task(
            keep_following(
                service.log,
                SqlStore(database, recent_aggregates=settings.catalog_recent_aggregates),
                applied,
                retry_seconds=settings.catalog_retry_interval_seconds,
                check_seconds=settings.catalog_check_interval_seconds,
                rest=_rest(settings),
                window_events=settings.catalog_window_events,
                hearing=hearing,
            )
        )
        answerer = tasks.create_task(_answer(service, settings, database, applied, indexed))
        managers = tasks.create_task(run_managers(service, settings, database, applied, indexed, hearing))
        await service.stopping.wait()
        for task in (managers, answerer, follower):
            task.cancel()


async def run_rebuild(service: Service, settings: CatalogSettings) -> tuple[int, str]:
    """Make all rows anew; return the sequence that they have come to and their digest."""
    async with opened_database(settings) as database:
        await rebuild(service.log, SqlStore(database), window_events=settings.catalog_window_events)
        return await SqlReader(database).digest()


@asynccontextmanager
async def opened_database(settings: CatalogSettings) -> AsyncIterator[Database]:
    database = _database(settings)
    try:
        yield database
    finally:
        await database.close()


async def _answer(
    service: Service, settings: CatalogSettings, database: Database, applied: Applied, indexed: Indexed
) -> None:
    await applied.wait_for(await service.log.last_sequence())
    questions = _questions(service, settings, database, applied, indexed)
    async with answering(service.micro, questions, most_at_once=settings.catalog_questions_at_once):
        await service.stopping.wait()


def _questions(
    service: Service, settings: CatalogSettings, database: Database, applied: Applied, indexed: Indexed
) -> dict[str, Question]:
    of_rows = Questions(
        reader=SqlReader(database),
        applied=applied,
        wait_seconds=settings.catalog_wait_seconds,
        page_limit_bytes=settings.catalog_page_limit_bytes,
    )
    of_work = WorkQuestions(
        reader=SqlJobs(database),
        board=service.board,
        applied=applied,
        clock=system_clock,
        wait_seconds=settings.catalog_wait_seconds,
        worker_silence_seconds=settings.dispatch_worker_silence_seconds,
        longest_wait_seconds=settings.dispatch_longest_wait_seconds,
    )
    of_speech = SpeechQuestions(
        reader=SqlSpeech(database),
        applied=applied,
        indexed=indexed,
        wait_seconds=settings.catalog_wait_seconds,
        page_limit_bytes=settings.catalog_page_limit_bytes,
    )
    return {**of_rows.by_name(), **of_work.by_name(), **of_speech.by_name()}


def _rest(settings: CatalogSettings) -> Rest:
    return Rest(
        seconds=settings.catalog_rest_seconds,
        busy_seconds=settings.catalog_busy_rest_seconds,
        busy_events=settings.catalog_busy_events,
    )


def _database(settings: CatalogSettings) -> Database:
    """Raises BadSettings for a URL that is neither SQLite's nor PostgreSQL's, or of a folder that cannot be made."""
    url = _parsed(settings.database_url.get_secret_value())
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return _sqlite(Path(url.database), settings)
        case "postgresql" | "postgres":
            return PostgresDatabase.open(
                url.set(drivername="postgresql+asyncpg"),
                timeout_seconds=settings.postgres_timeout_seconds,
                pool_size=settings.postgres_pool_size,
            )
    raise BadSettings(f"KINOLOG_DATABASE_URL: {_FIX}")


def _sqlite(path: Path, settings: CatalogSettings) -> SqliteDatabase:
    try:
        return SqliteDatabase(path, busy_timeout_seconds=settings.sqlite_busy_timeout_seconds)
    except OSError as error:
        raise BadSettings(f"KINOLOG_DATABASE_URL: its folder cannot be made: {error}") from error


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise BadSettings(f"KINOLOG_DATABASE_URL: {_FIX}") from None
