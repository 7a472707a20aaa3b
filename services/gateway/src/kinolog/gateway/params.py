"""What most requests share: their path's id, who calls, under which key, expecting what; and the gateway's parts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Path, Query
from pydantic import StringConstraints
from starlette.requests import HTTPConnection

from kinolog.common.blobs import BlobStore
from kinolog.common.clock import Clock
from kinolog.common.fields import INT64_MAX, Title
from kinolog.common.ids import is_id
from kinolog.common.log import AsOf, EventLog
from kinolog.common.media.picture import PictureInspector
from kinolog.common.sealing import Sealer
from kinolog.common.worker.board import Board
from kinolog.gateway.auth import Caller, Doorkeeper
from kinolog.gateway.command import Command
from kinolog.gateway.desk import Desk
from kinolog.gateway.domain.job_limits import JobLimits
from kinolog.gateway.fonts import FontChecker
from kinolog.gateway.frames import Renderer
from kinolog.gateway.listing import Catalog
from kinolog.gateway.live import Live
from kinolog.gateway.look import LookCheck
from kinolog.gateway.problems import FieldError, Problem, invalid, not_found
from kinolog.gateway.queues import QueueGauge
from kinolog.gateway.quota import Quotas
from kinolog.gateway.uploads.resumable import Uploads

Sequence = Annotated[int, Query(ge=0, le=INT64_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Everything that handlers work with; `wiring` puts it together."""

    log: EventLog
    desk: Desk
    blobs: BlobStore
    uploads: Uploads
    pictures: PictureInspector
    renderer: Renderer
    catalog: Catalog
    board: Board
    queue_gauge: QueueGauge
    live: Live
    doorkeeper: Doorkeeper
    quotas: Quotas
    sealer: Sealer
    looks: LookCheck
    job_limits: JobLimits
    fonts: FontChecker
    clock: Clock
    ws_send_timeout_seconds: float
    sse_keepalive_seconds: float
    presence_interval_seconds: float
    bulk_seconds: float
    most_in_flight: int
    most_secret_bytes: int
    most_fonts: int


def gateway_of(connection: HTTPConnection) -> Gateway:
    gateway: Gateway = connection.app.state.gateway
    return gateway


def _caller_of(connection: HTTPConnection) -> Caller:
    caller: Caller = connection.state.caller
    return caller


Here = Annotated[Gateway, Depends(gateway_of)]
Key = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")] | None,
    Header(alias="Idempotency-Key", description="Repeat a request with the same key: it is done once."),
]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag that is to be changed.")]


def _command(caller: Annotated[Caller, Depends(_caller_of)], key: Key = None) -> Command:
    return Command(caller, key)


def _conditional(caller: Annotated[Caller, Depends(_caller_of)], if_match: IfMatch = None) -> Command:
    return Command(caller, expected_sequence=_sequence_of(if_match))


Who = Annotated[Caller, Depends(_caller_of)]

Post = Annotated[Command, Depends(_command)]
"""A request that may carry an `Idempotency-Key`."""

Edit = Annotated[Command, Depends(_conditional)]
"""A request that may carry `If-Match`."""


QueryReason = Annotated[Title | None, Query(alias="reason", description="Why, in a line for whoever reads the log.")]


def id_of(kind: str, prefix: str) -> Any:
    """A path parameter that is an id of this kind; anything else names nothing."""

    def checked(aggregate_id: Annotated[str, Path(alias="id", description=f"`{prefix}_…`")]) -> str:
        if not is_id(aggregate_id, prefix):
            raise not_found(kind, aggregate_id)
        return aggregate_id

    return Depends(checked)


def _moment(
    as_of: Annotated[str | None, Query(max_length=64, description="A sequence or an RFC 3339 time.")] = None,
) -> AsOf | None:
    if as_of is None:
        return None
    if (sequence := read_sequence(as_of)) is not None:
        return sequence
    try:
        # A plus sign of the offset arrives as a space unless the caller escaped it.
        moment = datetime.fromisoformat(as_of.replace(" ", "+") if "T" in as_of else as_of)
    except ValueError:
        raise invalid("?as_of", _AS_OF_HELP) from None
    if moment.tzinfo is None:
        raise invalid("?as_of", _AS_OF_HELP)
    return moment


LONGEST_SEQUENCE: Final = 19
MaybeAsOf = Annotated[AsOf | None, Depends(_moment)]

_AS_OF_HELP: Final = "give a sequence of the log, or a time with its offset such as 2026-01-31T12:00:00Z"


def _sequence_of(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    sequence = read_sequence(if_match.strip().removeprefix("W/").strip('"'))
    if sequence is None:
        detail = 'send the ETag as it was received, e.g. If-Match: "42"'
        raise Problem("precondition-failed", detail, errors=[FieldError("If-Match:", detail)])
    return sequence


def read_sequence(text: str) -> int | None:
    """A sequence of the log, which never has more than nineteen digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_SEQUENCE else None
