"""Headers of tus from strangers: what they come to, and that nothing else comes of them than a problem."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from kinolog.gateway.problems import Problem
from kinolog.gateway.uploads.tus_headers import (
    Checksum,
    Concat,
    checksum_of,
    concat_of,
    declared_length_of,
    length_of,
    metadata_of,
    offset_of,
    refuse_other_version,
)

READERS: list[tuple[str, Callable[[Headers], object]]] = [
    ("upload-offset", offset_of),
    ("upload-length", length_of),
    ("upload-length", declared_length_of),
    ("upload-checksum", checksum_of),
    ("upload-concat", concat_of),
    ("tus-resumable", refuse_other_version),
    ("upload-metadata", lambda headers: metadata_of(headers["upload-metadata"])),
]


def test_metadata_are_keys_with_texts() -> None:
    assert {"name": "Käse", "empty": "", "is_x": ""} == metadata_of("name S8Okc2U=,empty ,is_x")


def test_no_metadata_are_none() -> None:
    assert {} == metadata_of(" ")


def test_a_checksum_has_an_algorithm_and_a_digest() -> None:
    assert Checksum("sha1", b"\0" * 20) == checksum_of(Headers({"Upload-Checksum": "sha1 " + "A" * 27 + "="}))


def test_parts_are_named_by_their_addresses() -> None:
    assert [Concat(), Concat(("/a", "/b")), None] == [
        concat_of(Headers({"Upload-Concat": "partial"})),
        concat_of(Headers({"Upload-Concat": "final;/a  /b"})),
        concat_of(Headers({})),
    ]


@pytest.mark.parametrize("header", ["md5 AAAA", "sha1", "sha1 AAAA", "sha1 !!!!", "", "crc32 AAAA"])
def test_a_checksum_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(Problem) as raised:
        checksum_of(Headers({"Upload-Checksum": header}))
    assert (400, "Upload-Checksum:") == (raised.value.status, raised.value.errors[0].pointer)


@given(st.sampled_from(READERS), st.text(st.characters(max_codepoint=255), max_size=60))
def test_whatever_is_sent_is_understood_or_refused(reader: tuple[str, Callable[[Headers], object]], text: str) -> None:
    name, read = reader
    with suppress(Problem):
        read(Headers(raw=[(name.encode(), text.encode("latin-1"))]))
