"""What somebody asks of the way out: read strictly, since whatever is understood in two ways is a way around."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_REQUEST: Final = re.compile(r"(CONNECT|GET|HEAD|POST) ([!-~]{1,8192}) HTTP/1\.[01]")
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)")
_HOST: Final = re.compile(r"[0-9A-Za-z._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\]")
_NUMBER: Final = re.compile(r"\d{1,15}")
_PORT: Final = re.compile(r"\d{1,5}")
# They concern one connection, which ends here; the host is named anew, and one answer is all that there is.
_PROXYING: Final = ("proxy-authenticate", "proxy-authorization", "proxy-connection")
_OURS: Final = frozenset({"connection", "host", "keep-alive", "te", "trailer", "upgrade", *_PROXYING})

Headers = list[tuple[str, str]]


class BadHead(Exception):
    """Not a request that is understood in one way only."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request. `forwarded` goes to the server, and `body_bytes` after it; a tunnel has neither."""

    host: str
    port: int
    is_tunnel: bool
    authorization: str
    forwarded: bytes = b""
    body_bytes: int = 0


def parse_head(raw: bytes) -> Head:
    """Raises BadHead. `raw` ends with an empty line."""
    first, *lines = raw.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    request = _REQUEST.fullmatch(first)
    if request is None:
        raise BadHead("neither CONNECT nor a plain request")
    headers = [_header(line) for line in lines]
    return _tunnel(request[2], headers) if request[1] == "CONNECT" else _plain(request[1], request[2], headers)


def _tunnel(target: str, headers: Headers) -> Head:
    host, separator, port = target.rpartition(":")
    if not separator:
        raise BadHead("no port")
    plain = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return Head(_host(plain), _port(port), True, _one(headers, "proxy-authorization"))


def _plain(method: str, target: str, headers: Headers) -> Head:
    try:
        parts = urlsplit(target)
    except ValueError as error:
        raise BadHead("no URL") from error
    if parts.scheme != "http" or "@" in parts.netloc:
        raise BadHead("not a plain http URL")
    if _one(headers, "transfer-encoding"):
        raise BadHead("a body of unknown length")
    authority = _bracketed(parts.netloc, _one(headers, "host"))
    name, port = _authority(authority)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {authority}", *_passed_on(headers), "Connection: close", "", ""]
    length = _one(headers, "content-length") or "0"
    if not _NUMBER.fullmatch(length):
        raise BadHead("no length")
    forwarded = "\r\n".join(lines).encode("latin-1")
    return Head(name, port, False, _one(headers, "proxy-authorization"), forwarded, int(length))


def _bracketed(netloc: str, host: str) -> str:
    """Some clients leave the brackets of an IPv6 address away, but not in the header that says the same."""
    return host if host.replace("[", "").replace("]", "") == netloc else netloc


def _authority(netloc: str) -> tuple[str, int]:
    bare, separator, port = netloc.rpartition(":")
    if separator and not port.endswith("]"):
        return _host(bare), _port(port)
    return _host(netloc), 80


def _header(line: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(line)
    if found is None:
        raise BadHead("not a header")
    return found[1], found[2].rstrip()


def _one(headers: Headers, wanted: str) -> str:
    """The only value of a header, or an empty text; two of them are two ways to read it."""
    values = [value for name, value in headers if name.lower() == wanted]
    if len(values) > 1:
        raise BadHead(f"{wanted} twice")
    return values[0] if values else ""


def _passed_on(headers: Headers) -> Iterator[str]:
    named = _split(value for name, value in headers if name.lower() == "connection")
    return (f"{name}: {value}" for name, value in headers if name.lower() not in _OURS | named)


def _split(values: Iterable[str]) -> set[str]:
    return {part.strip().lower() for value in values for part in value.split(",")}


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise BadHead("no host")
    return text.strip("[]")


def _port(text: str) -> int:
    if not _PORT.fullmatch(text):
        raise BadHead("no port")
    return int(text)
