"""Asking a server for a file: a client that goes through the guard, and redirects that are looked at one by one."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import httpx2

from kinolog.common.errors import PermanentError
from kinolog.common.web_url import checked_url
from kinolog.ingest.adapters.guard import Guard, GuardedTransport
from kinolog.ingest.domain.fetching import FetchLimits

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_HEADERS: Final = {"User-Agent": "Kinolog", "Accept": "*/*", "Accept-Encoding": "identity"}


def guarded_client(guard: Guard, limits: FetchLimits) -> httpx2.AsyncClient:
    """Without regard to the environment: a proxy from there would be a way around the guard."""
    timeout = httpx2.Timeout(limits.idle_timeout_seconds, connect=limits.connect_timeout_seconds)
    return httpx2.AsyncClient(transport=GuardedTransport(guard), headers=_HEADERS, timeout=timeout, trust_env=False)


@asynccontextmanager
async def answered(
    client: httpx2.AsyncClient, url: str, headers: Mapping[str, str], limits: FetchLimits
) -> AsyncIterator[httpx2.Response]:
    """The first answer that is no redirect; its body is still to come.

    Raises PermanentError where redirects lead astray, TransportError or TimeoutError where no answer comes.
    """
    for _ in range(limits.max_redirects + 1):
        async with asyncio.timeout(limits.answer_timeout_seconds):
            response = await client.send(_request(client, url, headers), stream=True)
        try:
            if response.status_code not in _REDIRECTS:
                yield response
                return
            url = _redirected(response)
        finally:
            await response.aclose()
    message = f"The address redirects more than {limits.max_redirects} times: give the one that it leads to."
    raise PermanentError("source_unavailable", message)


def _request(client: httpx2.AsyncClient, url: str, headers: Mapping[str, str]) -> httpx2.Request:
    try:
        return client.build_request("GET", url, headers=headers)
    except httpx2.InvalidURL as error:
        raise PermanentError("url_not_allowed", f"The address is not a valid one: {error}.") from error


def _redirected(response: httpx2.Response) -> str:
    """Raises PermanentError for a redirect to what would not be taken from a caller either."""
    try:
        return checked_url(str(response.url.join(response.headers.get("location", ""))))
    except (ValueError, httpx2.InvalidURL) as error:
        message = f"The server redirects to an address that is not taken: it {error}."
        raise PermanentError("url_not_allowed", message) from error
