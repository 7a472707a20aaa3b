"""The header `Range` (RFC 9110, section 14): which bytes of a file are wanted."""

import re
from dataclasses import dataclass
from typing import Final

from kinolog.gateway.problems import FieldError, Problem

_SPEC: Final = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """From `start` up to and without `end`, of a file of `size` bytes."""

    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def content_range(self) -> str:
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The part that is wanted; None means the whole file, which is also the answer to several parts at once.

    Raises the problem `range-invalid` for anything that no byte of the file answers.
    """
    if header is None:
        return None
    unit, _, specs = header.partition("=")
    if unit.strip().lower() != "bytes":
        raise _invalid(size)
    wanted = [_parse_spec(spec.strip(), size) for spec in specs.split(",")]
    return wanted[0] if len(wanted) == 1 else None


def _parse_spec(spec: str, size: int) -> ByteRange:
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise _invalid(size)
    first, last = match.groups()
    if first == "":
        start, end = size - min(int(last or 0), size), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if start >= end:
        raise _invalid(size)
    return ByteRange(start, end, size)


def _invalid(size: int) -> Problem:
    detail = f"ask for bytes=first-last within the {size} bytes of the file"
    headers = {"Content-Range": f"bytes */{size}"}
    return Problem("range-invalid", detail, errors=[FieldError("Range:", detail)], headers=headers)
