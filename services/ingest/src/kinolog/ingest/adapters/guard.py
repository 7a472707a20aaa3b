"""The way out: every connection, also after a redirect, goes to an address that was looked up and checked just before.

A name is looked up once and the connection made to what was checked, so that a second answer cannot differ.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import httpx2

from kinolog.common.errors import PermanentError
from kinolog.common.reach import IPAddress, Reach

Resolve = Callable[[str, int], Awaitable[list[str]]]

_USUAL_PORTS: Final = {"http": 80, "https": 443}


async def system_resolver(host: str, port: int) -> list[str]:
    """Raises OSError for a name that stands for nothing."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(None, "no host has such a name") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Guard:
    reach: Reach
    resolve: Resolve = system_resolver

    async def admit(self, host: str, port: int) -> list[IPAddress]:
        """The addresses to connect to, all of them checked.

        Raises PermanentError if a single one is not allowed, with the same words whatever the reason, so that nobody
        learns from them what is inside; OSError where the name stands for nothing.
        """
        if port not in self.reach.ports:
            raise _not_allowed(host)
        addresses = [ip_address(found) for found in await self.resolve(host, port)]
        if not addresses or not all(self.reach.allows(address) for address in addresses):
            raise _not_allowed(host)
        return addresses


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends each request over a connection of its own; TLS and the `Host` header keep the name."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        # A kept connection would serve another name that stands for the same address.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        self._inner = httpx2.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        for address in await self._addresses(request.url):
            try:
                return await self._inner.handle_async_request(_pinned(request, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _addresses(self, url: httpx2.URL) -> list[IPAddress]:
        port = url.port or _USUAL_PORTS[url.scheme]
        try:
            return await self._guard.admit(_host(url), port)
        except OSError as error:
            raise httpx2.ConnectError(f"{url.host} cannot be found: {error.strerror}") from error


def _host(url: httpx2.URL) -> str:
    """As it goes over the wire: names outside ASCII in their encoded form."""
    return url.raw_host.decode("ascii")


def _pinned(request: httpx2.Request, address: IPAddress) -> httpx2.Request:
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _host(request.url)},
    )


def _not_allowed(host: str) -> PermanentError:
    message = (
        f"Kinolog may not connect to {host[:100]}: give the public address of a file, or have its network allowed."
    )
    return PermanentError("url_not_allowed", message)
