"""Requests to JetStream's API, and its errors as ours."""

import json
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error as NatsError

from kinolog.common.errors import LogError, LogUnavailable

REQUEST_TIMEOUT_SECONDS: Final = 1.0
_UNAVAILABLE: Final = 503


class ApiError(LogError):
    """JetStream answered with an error; `err_code` is the number that NATS documents."""

    def __init__(self, code: int, err_code: int, description: str) -> None:
        super().__init__(f"{description} ({err_code})")
        self.code, self.err_code, self.description = code, err_code, description

    @classmethod
    def of(cls, error: dict[str, Any]) -> "ApiError":
        return cls(int(error.get("code", 0)), int(error.get("err_code", 0)), str(error.get("description", "")))


async def ask(client: Client, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """One request to `$JS.API.<verb>`. Raises ApiError, or LogUnavailable when nobody answers."""
    payload = json.dumps(body).encode() if body is not None else b""
    try:
        reply = await client.request(f"$JS.API.{verb}", payload, timeout=REQUEST_TIMEOUT_SECONDS)
    except NatsError as error:
        raise LogUnavailable(f"no answer to {verb}: {error!r}") from error
    answer: dict[str, Any] = json.loads(reply.data)
    if "error" in answer:
        raise _error_of(answer["error"], verb)
    return answer


def _error_of(error: dict[str, Any], verb: str) -> LogError:
    """A cluster without a leader says 503: that passes."""
    said = ApiError.of(error)
    return LogUnavailable(f"{verb}: {said}") if said.code == _UNAVAILABLE else said
