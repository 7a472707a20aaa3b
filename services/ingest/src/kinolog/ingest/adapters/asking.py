"""Asking a server for a file: by the way out, with redirects that are looked at one by one."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

import httpx2

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.web_url import checked_url
from kinolog.ingest.adapters.egress import Egress, is_unreachable
from kinolog.ingest.adapters.egress_pass import EgressPass
from kinolog.ingest.domain.fetching import FetchLimits

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_HEADERS: Final = {"User-Agent": "Kinolog", "Accept": "*/*", "Accept-Encoding": "identity"}
# A file that changes meanwhile is fetched anew.
_REPETITIONS: Final = 2


@dataclass(frozen=True, slots=True)
class Asking:
    client: httpx2.AsyncClient
    egress_pass: EgressPass
    limits: FetchLimits

    @asynccontextmanager
    async def answered(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[httpx2.Response]:
        """The first answer that is no redirect; its body is still to come.

        Raises PermanentError where redirects lead astray or a limit is reached, PassingError where the server is too
        slow, TransportError or TimeoutError where nothing comes, or no more; the same for the body inside the block.
        """
        for _ in range(self.limits.max_redirects + 1):
            with self._explained():
                response = await self._asked(url, headers)
                try:
                    if response.status_code not in _REDIRECTS:
                        yield response
                        return
                    url = _redirected(response)
                finally:
                    await response.aclose()
        message = f"The address redirects more than {self.limits.max_redirects} times: give the one that it leads to."
        raise PermanentError("source_unavailable", message)

    async def _asked(self, url: str, headers: Mapping[str, str]) -> httpx2.Response:
        async with asyncio.timeout(self.limits.answer_timeout_seconds):
            response = await self.client.send(_request(self.client, url, headers), stream=True)
        if self.egress_pass.refusal is not None or is_unreachable(response):
            await response.aclose()
            raise httpx2.ConnectError("The server cannot be reached.")
        return response

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """The way out knows better than its user why a connection ended."""
        try:
            yield
        except httpx2.TransportError as error:
            if self.egress_pass.refusal is not None:
                raise self.egress_pass.refusal from error
            if (speed := self.egress_pass.slowest_bytes_per_second) is not None:
                least = self.limits.lowest_speed_bytes_per_second
                message = f"The server sends only {speed:.0f} bytes a second; {least:g} are the least."
                raise PassingError("source_too_slow", message) from error
            raise


@asynccontextmanager
async def opened_asking(egress: Egress, limits: FetchLimits) -> AsyncIterator[Asking]:
    """Without regard to the environment: a proxy from there would be a way around ours."""
    async with (
        egress.open(_REPETITIONS * limits.max_bytes) as egress_pass,
        httpx2.AsyncClient(
            proxy=egress_pass.url, headers=_HEADERS, timeout=limits.idle_timeout_seconds, trust_env=False
        ) as client,
    ):
        yield Asking(client, egress_pass, limits)


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
