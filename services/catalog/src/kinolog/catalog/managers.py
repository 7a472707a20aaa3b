"""Builds the process managers, which do what follows from what is in the log, and keeps them going."""

import asyncio

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.orders import NatsOrders
from kinolog.catalog.adapters.reader import SqlReader
from kinolog.catalog.adapters.speech_blobs import BlobCues
from kinolog.catalog.adapters.speech_index import SqlSpeechIndex
from kinolog.catalog.adapters.work import SqlWork
from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.bell import Hearing
from kinolog.catalog.domain.indexed import Indexed
from kinolog.catalog.handlers.batches import Batches
from kinolog.catalog.handlers.deadlines import Deadlines
from kinolog.catalog.handlers.dispatch import Dispatch
from kinolog.catalog.handlers.pipelines import Pipelines
from kinolog.catalog.handlers.reaper import Reaper
from kinolog.catalog.handlers.schedules import Schedules
from kinolog.catalog.handlers.speech_indexer import SpeechIndexer
from kinolog.catalog.settings import CatalogSettings
from kinolog.common.clock import system_clock
from kinolog.common.service import Service


async def run_managers(
    service: Service,
    settings: CatalogSettings,
    database: Database,
    applied: Applied,
    indexed: Indexed,
    hearing: Hearing,
) -> None:
    """Begin once the rows have come to where the log ended at the start: before that they would tell old news."""
    interval, pause = settings.catalog_manager_interval_seconds, settings.catalog_manager_pause_seconds
    reaper = Reaper(service.log, service.board, SqlReader(database), system_clock)
    work = SqlWork(database)
    deadlines = Deadlines(service.log, work, system_clock)
    pipelines = _pipelines(service, settings, work)
    batches = Batches(service.log, work)
    schedules = _schedules(service, settings, work)
    dispatch = _dispatch(service, settings, work)
    speech = _speech(service, settings, database, applied, indexed)
    for manager in (reaper, deadlines, pipelines, batches, schedules, dispatch, speech):
        manager.attend(hearing)
    await applied.wait_for(await service.log.last_sequence())
    async with asyncio.TaskGroup() as tasks:
        for manager in (reaper, deadlines):
            tasks.create_task(manager.keep_going(settings.catalog_reap_interval_seconds, interval))
        tasks.create_task(pipelines.keep_going(pause))
        tasks.create_task(batches.keep_going(pause, interval))
        tasks.create_task(schedules.keep_going(pause, interval))
        tasks.create_task(dispatch.keep_going(pause, interval))
        tasks.create_task(speech.keep_going(pause, interval))


def _pipelines(service: Service, settings: CatalogSettings, work: SqlWork) -> Pipelines:
    return Pipelines(
        service.log,
        work,
        system_clock,
        missing_grace_seconds=settings.catalog_missing_job_grace_seconds,
        interval_seconds=settings.catalog_manager_interval_seconds,
    )


def _schedules(service: Service, settings: CatalogSettings, work: SqlWork) -> Schedules:
    return Schedules(
        service.log,
        work,
        system_clock,
        grace_seconds=settings.catalog_schedule_grace_seconds,
        most_at_once=settings.catalog_schedule_most_times,
    )


def _dispatch(service: Service, settings: CatalogSettings, work: SqlWork) -> Dispatch:
    return Dispatch(
        work=work,
        orders=NatsOrders(service.writes),
        clock=system_clock,
        longest_wait_seconds=settings.dispatch_longest_wait_seconds,
        turns=settings.dispatch_turns,
        repeat_seconds=settings.dispatch_repeat_seconds,
    )


def _speech(
    service: Service, settings: CatalogSettings, database: Database, applied: Applied, indexed: Indexed
) -> SpeechIndexer:
    return SpeechIndexer(
        index=SqlSpeechIndex(database, cues_per_transaction=settings.speech_cues_per_transaction),
        cues=BlobCues(service.blobs, settings.speech_max_bytes),
        applied=applied,
        indexed=indexed,
        clock=system_clock,
        retry_seconds=settings.speech_retry_seconds,
        longest_retry_seconds=settings.speech_longest_retry_seconds,
    )
