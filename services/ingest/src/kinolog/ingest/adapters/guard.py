"""Which addresses a name may be connected at: looked up once and checked, so that a second answer cannot differ."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address

from kinolog.common.errors import PermanentError
from kinolog.common.reach import IPAddress, Reach

Resolve = Callable[[str, int], Awaitable[list[str]]]


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


def _not_allowed(host: str) -> PermanentError:
    message = (
        f"Kinolog may not connect to {host[:100]}: give the public address of a file, or have its network allowed."
    )
    return PermanentError("url_not_allowed", message)
