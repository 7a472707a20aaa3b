"""Keeps this process from whatever a hostile page could talk yt-dlp into: other ways out, other programs.

Audit hooks cannot be taken away again. This is a second fence: the proxy and the kernel's limits are the first.
"""

import sys
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

_PROGRAMS: Final = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
_LOOK_UPS: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_CONNECTIONS: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})


def confine(proxy_url: str) -> None:
    """From now on. What is refused looks like a missing permission to whoever tries."""
    proxy = urlsplit(proxy_url)
    sys.addaudithook(_guard(proxy.hostname or "", proxy.port or 0))


def _guard(host: str, port: int) -> Callable[[str, tuple[Any, ...]], None]:
    def refuse_others(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _PROGRAMS:
            raise PermissionError("no other program may be started")
        if event in _LOOK_UPS and arguments[0] != host:
            raise PermissionError("no name may be looked up")
        if event in _CONNECTIONS and arguments[1] != (host, port):
            raise PermissionError("nothing but the proxy may be connected to")

    return refuse_others
