"""The log itself: page by page, or followed as Server-Sent Events."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from kinolog.common.aggregates import AGGREGATES
from kinolog.common.errors import LogError
from kinolog.common.events import RecordedEvent
from kinolog.common.fields import INT64_MAX
from kinolog.common.ids import is_id
from kinolog.common.log import EventLog
from kinolog.common.queries import LONGEST_PAGE
from kinolog.gateway.live import SCAN_SIZE, Live
from kinolog.gateway.params import Here, read_sequence
from kinolog.gateway.problems import FieldError, Problem, invalid
from kinolog.gateway.views import ListView, event_view, list_view

router = APIRouter(prefix="/v1/events", tags=["events"])

# A rare type in a long log is looked for over several requests, each of which costs this much at most.
MOST_SCANS: Final = 10
EVENT_STREAM: Final = "text/event-stream"


@dataclass(frozen=True, slots=True)
class EventFilter:
    type: str | None
    aggregate: str | None

    def accepts(self, recorded: RecordedEvent) -> bool:
        return self.type in (None, recorded.event.event_type) and self.aggregate in (None, recorded.subject.id)


def _filter(
    event_type: Annotated[str | None, Query(alias="type", max_length=60, description="e.g. `job.completed`")] = None,
    aggregate: Annotated[str | None, Query(max_length=60, description="The id of what the events are about.")] = None,
) -> EventFilter:
    if aggregate is not None and not is_id(aggregate):
        prefixes = ", ".join(sorted(f"{each.id_prefix}_…" for each in AGGREGATES.values()))
        raise invalid("?aggregate", f"give an id, one of {prefixes}")
    return EventFilter(event_type, aggregate)


Wanted = Annotated[EventFilter, Depends(_filter)]
MaybeSequence = Annotated[int | None, Query(ge=0, le=INT64_MAX)]


@router.get("", operation_id="events_list", response_model=ListView, responses={200: {"content": {EVENT_STREAM: {}}}})
async def list_events(
    request: Request,
    here: Here,
    wanted: Wanted,
    since: MaybeSequence = None,
    cursor: MaybeSequence = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> Response:
    """Events after the sequence `since`. With `Accept: text/event-stream` the answer goes on with what happens next."""
    after = cursor if cursor is not None else since
    if EVENT_STREAM in request.headers.get("accept", ""):
        return await _stream(request, here, wanted, after)
    return await _page(here.log, wanted, after or 0, limit)


async def _page(log: EventLog, wanted: EventFilter, after: int, limit: int) -> JSONResponse:
    found: list[RecordedEvent] = []
    is_at_end = False
    for _ in range(MOST_SCANS):
        batch = await log.scan(after, SCAN_SIZE)
        found += [entry for entry in batch.entries if isinstance(entry, RecordedEvent) and wanted.accepts(entry)]
        after = batch.entries[-1].sequence if batch.entries else after
        is_at_end = batch.is_caught_up and len(found) <= limit
        if is_at_end or len(found) >= limit:
            break
    page = found[:limit]
    last = page[-1].sequence if len(found) > limit else after
    data = [event_view(recorded) for recorded in page]
    return list_view(data, next_cursor=None if is_at_end else str(last), has_more=not is_at_end, seq=last)


async def _stream(request: Request, here: Here, wanted: EventFilter, after: int | None) -> Response:
    last = await here.log.last_sequence()
    resumed = _last_event_id(request)
    start = next((position for position in (resumed, after) if position is not None), last)
    if start > last:
        detail = f"the log ends at {last}"
        raise Problem("validation", f"since: {detail}", errors=[FieldError("?since", detail)])
    stream = _sent_events(here.live, wanted, start, here.sse_keepalive_seconds)
    return StreamingResponse(stream, media_type=EVENT_STREAM, headers={"Cache-Control": "no-store"})


def _last_event_id(request: Request) -> int | None:
    """What a browser says when it comes back by itself; anything that is not one of our ids is as good as nothing."""
    return read_sequence(request.headers.get("last-event-id", ""))


async def _sent_events(live: Live, wanted: EventFilter, after: int, keepalive_seconds: float) -> AsyncIterator[str]:
    with live.subscribe(after) as subscription:
        yield ": hello\n\n"
        while True:
            try:
                news = await asyncio.wait_for(subscription.next(), keepalive_seconds)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            except LogError:
                yield ": the log cannot be reached, come back soon\n\n"
                return
            if news is None:
                return
            for recorded in filter(wanted.accepts, news.events):
                yield _sent_event(recorded)


def _sent_event(recorded: RecordedEvent) -> str:
    """JSON has no raw line break in it, so it is one line of data."""
    data = json.dumps(event_view(recorded))
    return f"id: {recorded.sequence}\nevent: {recorded.event.event_type}\ndata: {data}\n\n"
