"""Histories of clients: files of JSON lines, one for each request, one for its outcome.

`{"request": "r-1", "outcome": "invoke", "at": 12.5, "method": "POST", "path": "/v1/jobs", "key": "k-1"}` and
`{"request": "r-1", "outcome": "ok", "at": 12.6, "status": 202, "ids": ["job_…"], "sequence": 17}`.
`request` was sent as `X-Request-Id`, `key` as `Idempotency-Key`, and `sequence` is the one that the answer named.
Outcomes are `ok`, `refused` (nothing was written) and `unknown`.

Who follows the log by Server-Sent Events or a WebSocket, without a filter, says after which sequence it asked to begin,
`{…, "outcome": "invoke", "since": 17}`, then writes a line for each event: `{…, "outcome": "seen", "sequence": 18,
"event": "evt_…"}`. Who reads says what it was told of before, and what it was shown: `{…, "outcome": "invoke",
"min_seq": 18}` and `{…, "outcome": "ok", "shown": {"job_…": 18}}`, with 0 for what was not there.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from kinolog.common.errors import KinologError

Outcome = Literal["invoke", "seen", "ok", "refused", "unknown"]


class HistoryLine(BaseModel):
    model_config = ConfigDict(frozen=True)

    request: str
    outcome: Outcome
    at: float
    method: str | None = None
    path: str | None = None
    key: str | None = None
    status: int | None = None
    ids: tuple[str, ...] = ()
    sequence: int | None = None
    since: int | None = None
    event: str | None = None
    min_seq: int | None = None
    shown: dict[str, int] = {}


class BadHistory(KinologError):
    """The file is not a history, or is not there; the message names the line where there is one."""


def read_history(path: Path) -> list[HistoryLine]:
    """Raises BadHistory."""
    try:
        with path.open() as file:
            return [_line(path, number, text) for number, text in enumerate(file, start=1)]
    except OSError as error:
        raise BadHistory(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadHistory(f"{path} is no history: it is not text in UTF-8") from error


def _line(path: Path, number: int, text: str) -> HistoryLine:
    try:
        return HistoryLine.model_validate_json(text)
    except ValidationError as error:
        raise BadHistory(f"{path}, line {number} is no line of a history: {error.errors()[0]['msg']}") from error
