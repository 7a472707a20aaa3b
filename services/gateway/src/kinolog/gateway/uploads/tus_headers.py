"""The headers of tus 1.0.0, read from strangers. Everything here raises problems that name the header and the fix."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from starlette.datastructures import Headers

from kinolog.common.fields import INT64_MAX
from kinolog.gateway.problems import FieldError, Problem, shorten

if TYPE_CHECKING:
    from hashlib import _Hash

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,creation-defer-length,termination,expiration,checksum,concatenation"
BODY_TYPE: Final = "application/offset+octet-stream"
# SHA-1 is what every client can; whoever is afraid of forgery takes the other, or `sha256` in the metadata.
_HASHES: Final[dict[str, Callable[[], "_Hash"]]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}
ALGORITHMS: Final = ",".join(_HASHES)

_NUMBER: Final = re.compile(r"[0-9]{1,19}")
_METADATA_KEY: Final = re.compile(r"[!-+\--~]{1,100}")
_MOST_METADATA: Final = 30


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one request must hash to."""

    algorithm: str
    digest: bytes

    def new_hash(self) -> "_Hash":
        return _HASHES[self.algorithm]()


@dataclass(frozen=True, slots=True)
class Concat:
    """A part of an upload to come where `parts` is None; else the upload that these parts, by address, make up."""

    parts: tuple[str, ...] | None = None


def refuse_other_version(headers: Headers) -> None:
    if headers.get("tus-resumable") != VERSION:
        raise _bad("Tus-Resumable", f"send the version that is spoken here: {VERSION}", status=412)


def offset_of(headers: Headers) -> int:
    offset = _number(headers, "Upload-Offset")
    return offset if offset is not None else _refuse("Upload-Offset", "say where the bytes belong: HEAD tells it")


def length_of(headers: Headers) -> int | None:
    """How many bytes are announced; None where that is put off. One of both must be said, and not both."""
    length, later = _number(headers, "Upload-Length"), headers.get("upload-defer-length")
    if later is not None and (later != "1" or length is not None):
        _refuse("Upload-Defer-Length", "it can only be 1, and only without Upload-Length")
    if later is None and length is None:
        _refuse("Upload-Length", "say how many bytes will come, or send Upload-Defer-Length: 1")
    return length


def declared_length_of(headers: Headers) -> int | None:
    """The length that was put off, where this request says it."""
    return _number(headers, "Upload-Length")


def checksum_of(headers: Headers) -> Checksum | None:
    header = headers.get("upload-checksum")
    if header is None:
        return None
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in _HASHES:
        _refuse("Upload-Checksum", f"the algorithm must be one of {ALGORITHMS}")
    digest = _decoded("Upload-Checksum", encoded)
    if len(digest) != _HASHES[algorithm]().digest_size:
        _refuse("Upload-Checksum", f"the digest has not the length of a {algorithm}")
    return Checksum(algorithm, digest)


def concat_of(headers: Headers) -> Concat | None:
    header = headers.get("upload-concat")
    if header is None:
        return None
    kind, _, addresses = header.strip().partition(";")
    if kind == "partial" and not addresses:
        return Concat()
    if kind != "final" or not addresses.split():
        _refuse("Upload-Concat", "send partial, or final;<address> <address> …")
    return Concat(tuple(addresses.split()))


def metadata_of(header: str) -> dict[str, str]:
    """Keys and texts of `Upload-Metadata`; a key without a value has the empty text."""
    pairs = [pair.strip() for pair in header.split(",")] if header.strip() else []
    if len(pairs) > _MOST_METADATA:
        _refuse("Upload-Metadata", f"send {_MOST_METADATA} pairs at most")
    metadata: dict[str, str] = {}
    for pair in pairs:
        key, _, encoded = pair.partition(" ")
        if not _METADATA_KEY.fullmatch(key) or key in metadata:
            _refuse("Upload-Metadata", "send each key once: key base64,key base64")
        metadata[key] = _text(key, encoded)
    return metadata


def _text(key: str, encoded: str) -> str:
    try:
        return _decoded("Upload-Metadata", encoded).decode()
    except UnicodeDecodeError:
        _refuse("Upload-Metadata", f"{shorten(key, 60)} must be text in UTF-8, then in base64")


def _decoded(header: str, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        _refuse(header, "what follows the name must be base64")


def _number(headers: Headers, name: str) -> int | None:
    text = headers.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text) or int(text) > INT64_MAX:
        _refuse(name, "must be a whole number of bytes, 0 or more")
    return int(text)


def _refuse(header: str, detail: str) -> NoReturn:
    raise _bad(header, detail)


def _bad(header: str, detail: str, status: int = 400) -> Problem:
    kind = "precondition-failed" if status == 412 else "validation"
    headers = {"Tus-Version": VERSION} if status == 412 else {}
    return Problem(
        kind, f"{header}: {detail}", status=status, errors=[FieldError(f"{header}:", detail)], headers=headers
    )
