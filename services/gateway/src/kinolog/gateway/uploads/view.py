"""How a resumable upload looks to a caller: all of it in headers, as tus has it, and the job that it became besides."""

from datetime import datetime
from email.utils import format_datetime
from typing import Final

from kinolog.gateway.edge import RESUMABLE_PATH
from kinolog.gateway.uploads.job import KNOWN_HEADER
from kinolog.gateway.uploads.resumable import Uploads
from kinolog.gateway.uploads.shelf import Finished, State, UploadInfo

JOB_HEADER: Final = "Kinolog-Job"
BATCH_HEADER: Final = "Kinolog-Batch"


def address_of(upload_id: str) -> str:
    return f"{RESUMABLE_PATH}/{upload_id}"


def told(uploads: Uploads, state: State) -> dict[str, str]:
    """How far it is, and until when it waits for more or what it became."""
    offset = {"Upload-Offset": str(state.offset)}
    if isinstance(state, Finished):
        return offset | _outcome(state)
    return offset | {"Upload-Expires": _http_date(uploads.expires_at(state))}


def described(info: UploadInfo) -> dict[str, str]:
    """What was said of it when it was announced."""
    length = {"Upload-Defer-Length": "1"} if info.length is None else {"Upload-Length": str(info.length)}
    metadata = {"Upload-Metadata": info.metadata} if info.metadata else {}
    return length | metadata | _concat(info)


def _outcome(done: Finished) -> dict[str, str]:
    batch = {} if done.batch_id is None else {BATCH_HEADER: done.batch_id}
    known = {KNOWN_HEADER: "true"} if done.is_known else {}
    return {JOB_HEADER: done.job_id, **batch, **known}


def _concat(info: UploadInfo) -> dict[str, str]:
    if info.parts:
        return {"Upload-Concat": f"final;{' '.join(map(address_of, info.parts))}"}
    return {"Upload-Concat": "partial"} if info.is_partial else {}


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
