"""Everything the gateway can say "no" with: one type per kind of problem, one shape for all of them (RFC 9457).

A problem names the field and the fix. It never carries an exception's text, a path, or more than a few words of
what the caller sent.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"
LONGEST_TEXT_CHARACTERS: Final = 300

STATUS_AND_TITLE: Final[dict[str, tuple[int, str]]] = {
    "malformed-body": (400, "The body cannot be read"),
    "unauthenticated": (401, "No valid token"),
    "forbidden": (403, "Not allowed"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "Method not allowed"),
    "timeout": (408, "The request took too long"),
    "conflict": (409, "The present state does not allow this"),
    "precondition-failed": (412, "Changed since it was read"),
    "payload-too-large": (413, "Too large"),
    "quota-exceeded": (413, "Over the quota"),
    "uri-too-long": (414, "The address is too long"),
    "unsupported-media-type": (415, "Unsupported content type"),
    "range-invalid": (416, "The range cannot be served"),
    "validation": (422, "Not valid"),
    "checksum-mismatch": (422, "Not the bytes that were announced"),
    "idempotency-mismatch": (422, "The key was used for another request"),
    "media-corrupt": (422, "Not a usable file"),
    "subtitle-invalid": (422, "Not usable subtitles"),
    "upload-locked": (423, "Another request is busy with the upload"),
    "too-many-uploads": (429, "Too many uploads under way"),
    "headers-too-large": (431, "Too many or too large headers"),
    "internal": (500, "Something went wrong here"),
    "event-unreadable": (500, "An event in the log cannot be read"),
    "secrets-not-configured": (501, "No key for secrets"),
    "fonts-not-possible": (501, "No program to check fonts"),
    "log-unavailable": (503, "The log cannot be reached"),
    "catalog-unavailable": (503, "The catalog cannot be reached"),
    "render-unavailable": (503, "No worker makes frames at present"),
    "storage-unavailable": (503, "The storage cannot be reached"),
    "log-full": (507, "The log is full"),
    "storage-full": (507, "The storage is full"),
}
RETRY_AFTER_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class FieldError:
    """`pointer` is a JSON pointer into the body, or `?name` for a query parameter, or `name:` for a header."""

    pointer: str
    detail: str


class Problem(HTTPException):
    """Raise it anywhere below the edge: it becomes the response."""

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        status: int | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = kind
        usual_status, self.title = STATUS_AND_TITLE[kind]
        self.status = status or usual_status
        self.errors = tuple(errors)
        retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if self.status == 503 else {}
        super().__init__(self.status, shorten(detail), headers={**retry, **(headers or {})})

    def response(self, connection: HTTPConnection) -> Response:
        """Escaped to ASCII, since what a caller sent may hold characters that UTF-8 lacks."""
        where = {"instance": shorten(connection.url.path), "request_id": request_id_of(connection)}
        body = json.dumps(self.members() | where, ensure_ascii=True).encode()
        return Response(body, self.status, headers=dict(self.headers or {}), media_type=MEDIA_TYPE)

    def under(self, root: str) -> "Problem":
        """The same problem with what is below `root` (a JSON pointer) of the request."""
        errors = [FieldError(f"{root}{error.pointer}", error.detail) for error in self.errors]
        return Problem(self.kind, self.detail, status=self.status, errors=errors, headers=self.headers)

    def members(self) -> dict[str, Any]:
        """What there is to say about it, wherever it happened."""
        return {
            "type": self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": [asdict(error) for error in self.errors],
        }


def invalid(pointer: str, detail: str) -> Problem:
    """The commonest problem: one field, and what it should be."""
    return Problem("validation", f"{pointer.lstrip('/?')}: {detail}", errors=[FieldError(pointer, shorten(detail))])


def not_found(kind: str, aggregate_id: str, pointer: str | None = None) -> Problem:
    detail = f"there is no {kind} {shorten(aggregate_id, 60)}"
    return Problem("not-found", detail, errors=[FieldError(pointer, detail)] if pointer else ())


def mismatched_key() -> Problem:
    return Problem("idempotency-mismatch", "use a new Idempotency-Key for a new request")


def not_made(part: str, video_id: str) -> Problem:
    """What the job `analyze` makes of a video, and has not made of this one."""
    fix = f'submit a job of the type analyze with input_data {{"parts": ["{part}"]}}'
    return Problem("not-found", f"the video {shorten(video_id, 60)} has no {part}: {fix}")


def shorten(text: str, limit: int = LONGEST_TEXT_CHARACTERS) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def request_id_of(connection: HTTPConnection) -> str:
    return str(connection.scope.get("state", {}).get("request_id", ""))
