"""Addresses that an operator sets: what can be told to be wrong with one before anything connects to it."""

from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

_NATS_FIX: Final = "give nats://host:4222, or several of them separated by commas"
_STORAGE_SCHEMES: Final = ("s3", "s3a", "gs", "az", "adl", "azure", "abfs", "abfss", "http", "https")
_STORAGE_FIX: Final = "give file:///folder, memory://, or the address of a bucket such as s3://bucket/prefix"


def _nats_addresses(text: str) -> str:
    for address in text.split(","):
        plain = address.strip()
        parts = _split(plain if "://" in plain else f"nats://{plain}", _NATS_FIX)
        if parts.scheme not in ("nats", "tls") or not parts.hostname or " " in plain:
            raise ValueError(f"must begin with nats:// or tls:// and name a host: {_NATS_FIX}")
    return text


def _storage_address(text: str) -> str:
    if text == "memory://":
        return text
    parts = _split(text, _STORAGE_FIX)
    if parts.scheme == "file":
        is_there = not parts.netloc and parts.path.startswith("/")
    else:
        is_there = parts.scheme in _STORAGE_SCHEMES and bool(parts.netloc)
    if not is_there:
        raise ValueError(f"is no address of a storage: {_STORAGE_FIX}")
    return text


def _split(address: str, fix: str) -> SplitResult:
    if not address.isprintable():
        raise ValueError(f"must not hold control characters: {fix}")
    try:
        parts = urlsplit(address)
        _ = parts.port  # Only looked at does it show that it is none.
    except ValueError:
        raise ValueError(f"is no address: {fix}") from None
    return parts


NatsAddresses = Annotated[str, AfterValidator(_nats_addresses)]
"""One address of a NATS server, or several separated by commas; `nats://` may be left out."""

StorageAddress = Annotated[str, AfterValidator(_storage_address)]
"""Where blobs are: a folder, memory, or a bucket."""
