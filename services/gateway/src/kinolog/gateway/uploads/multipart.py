"""multipart/form-data (RFC 7578), read as it arrives: at no time is more in memory than one piece off the network."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from kinolog.gateway.problems import Problem, invalid

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MOST_PARTS: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of a part. `filename` is as it was sent: not to be trusted with anything."""

    name: str
    filename: str | None
    content_type: str


@dataclass(frozen=True, slots=True)
class _Data:
    content: bytes


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a part."""


class Multipart:
    """Parts in the order in which they were sent. Raises the problem `malformed-body` for anything else."""

    def __init__(self, content_type: str, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self._found: deque[Part | _Data | _End] = deque()
        self._is_complete = False
        self._parts = 0
        self._header_name, self._header_value = b"", b""
        self._headers: dict[str, str] = {}
        self._parser = MultipartParser(_boundary_of(content_type), self._callbacks())

    async def next_part(self) -> Part | None:
        """The next part, past whatever was left unread of the one before; None after the last."""
        while (found := await self._next()) is not None:
            if isinstance(found, Part):
                return found
        return None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content of the part that `next_part` returned."""
        while isinstance(found := await self._next(), _Data):
            yield found.content

    async def text(self, most_bytes: int, name: str) -> str:
        """The content of a short part as text. Raises the problem `validation`."""
        content = b""
        async for chunk in self.chunks():
            content += chunk
            if len(content) > most_bytes:
                raise invalid(f"/{name}", f"must have {most_bytes} bytes at most")
        try:
            return content.decode()
        except UnicodeDecodeError:
            raise invalid(f"/{name}", "must be text in UTF-8") from None

    async def _next(self) -> Part | _Data | _End | None:
        while not self._found:
            if self._is_complete:
                return None
            await self._read_on()
        return self._found.popleft()

    async def _read_on(self) -> None:
        chunk = await anext(self._stream, None)
        if chunk is None:
            raise _malformed("it ends before its last boundary")
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _malformed("it is not multipart/form-data") from error

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": lambda data, start, end: self._found.append(_Data(data[start:end])),
            "on_part_end": lambda: self._found.append(_End()),
            "on_end": self._on_end,
        }

    def _on_part_begin(self) -> None:
        self._headers = {}
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise _malformed(f"it has more than {_MOST_PARTS} parts")

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header_name.decode("latin-1").lower()] = self._header_value.decode("latin-1")
        self._header_name, self._header_value = b"", b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", ""))
        name, filename = options.get(b"name"), options.get(b"filename")
        if name is None:
            raise _malformed("a part has no name")
        shown = None if filename is None else filename.decode(errors="replace")
        content_type = self._headers.get("content-type", "application/octet-stream")
        self._found.append(Part(name.decode(errors="replace"), shown, content_type))

    def _on_end(self) -> None:
        self._is_complete = True


def _boundary_of(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        detail = "send the file as multipart/form-data, as `curl -F file=@clip.mp4` does"
        raise Problem("unsupported-media-type", detail)
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:
        raise _malformed("its Content-Type names no usable boundary")
    return boundary


def _malformed(reason: str) -> Problem:
    return Problem("malformed-body", f"the form cannot be read: {reason}")
