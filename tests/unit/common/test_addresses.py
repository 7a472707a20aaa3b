"""Addresses that an operator sets are looked at before anything connects to them."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import BadSettings
from kinolog.common.settings import ServiceSettings

NATS = (
    *("nats://127.0.0.1:4222", "127.0.0.1:4222", "nats", "tls://a.example", "nats://a:1, nats://b:2"),
    "nats://user:word@[::1]:4222",
)
STORAGE = ("file:///data/my blobs", "memory://", "s3://bucket", "s3://bucket/prefix", "gs://bucket", "az://container/a")


@pytest.mark.parametrize("address", NATS)
def test_an_address_of_nats_is_taken_as_it_is(address: str) -> None:
    assert address == ServiceSettings(nats_url=address).nats_url


@pytest.mark.parametrize("address", STORAGE)
def test_an_address_of_a_storage_is_taken_as_it_is(address: str) -> None:
    assert address == ServiceSettings(blobs_url=address).blobs_url


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "::::",
        "nats://",
        "http://a",
        "nats://a:port",
        "nats://[::1",
        "nats://a,",
        "ws://a",
        "nats://a\nb",
        "a b",
    ],
)
def test_what_is_no_address_of_nats_is_refused_with_the_fix(address: str) -> None:
    with pytest.raises(ValidationError, match="give nats://host:4222"):
        ServiceSettings(nats_url=address)


@pytest.mark.parametrize(
    "address", ["", "blobs", "/data/blobs", "file:blobs", "file://host/x", "ftp://x/y", "s3://", "s3://[", "memory://x"]
)
def test_what_is_no_address_of_a_storage_is_refused_with_the_fix(address: str) -> None:
    with pytest.raises(ValidationError, match="give file:///folder, memory://"):
        ServiceSettings(blobs_url=address)


def test_a_storage_that_cannot_be_opened_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSettings, match=r"^KINOLOG_BLOBS_URL: the storage cannot be opened: .+$"):
        BlobStore.open((tmp_path / "file" / "blobs").as_uri())
