"""Gathering the fonts that a text needs, those that people uploaded among them, and keeping copies of these."""

import os
from hashlib import sha256
from pathlib import Path

import pytest
from harness.fonts import make_font

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.fonts import UploadedFont
from kinolog.common.testing.examples import NOON
from kinolog.render.adapters.font_cache import FontCache
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.domain.font import Uploads


@pytest.fixture
def blobs() -> BlobStore:
    return BlobStore.open("memory://")


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def shelf(copies: Path) -> FontShelf:
    return FontShelf(cache=FontCache(copies, 1_000_000))


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    return tmp_path / "work"


async def upload(blobs: BlobStore, family: str, characters: str = "abc") -> UploadedFont:
    return named(family, await blobs.put_bytes(make_font(family, characters=characters), "font/ttf"))


def named(family: str, blob: BlobRef) -> UploadedFont:
    return UploadedFont(
        id=f"fnt_{blob.sha256[:32]}",
        family=family,
        style="Regular",
        weight=400,
        is_italic=False,
        character_count=3,
        content=blob,
        added_at=NOON,
        added_by="user:test",
    )


async def test_only_what_a_text_needs_is_gathered(
    blobs: BlobStore, shelf: FontShelf, copies: Path, workdir: Path
) -> None:
    fonts = tuple([await upload(blobs, family) for family in ("Boxes", "Others")])
    found = await shelf.gather("boxes", ["cab"], Uploads(fonts, blobs.stream), workdir)
    assert ("Boxes", ["Boxes"]) == (found.family, [font.family for font in found.fonts])
    assert [fonts[0].content.sha256] == [sha256(path.read_bytes()).hexdigest() for path in copies.iterdir()]


async def test_characters_that_the_family_lacks_come_from_what_ships_before_what_was_uploaded(
    blobs: BlobStore, shelf: FontShelf, workdir: Path
) -> None:
    added = (("Boxes", "abc"), ("Others", "xyz"), ("Kana", "んこ"))
    fonts = tuple([await upload(blobs, family, characters) for family, characters in added])
    found = await shelf.gather("Boxes", ["abcx ん"], Uploads(fonts, blobs.stream), workdir)
    assert ["Boxes", "Archivo Black", "Kana"] == [font.family for font in found.fonts]


async def test_without_uploads_there_is_what_ships(workdir: Path) -> None:
    found = await FontShelf().gather("Arial", ["Hello"], Uploads(), workdir)
    assert {"Arimo"} == {font.family for font in found.fonts}


async def test_a_font_that_is_not_there_is_told_with_those_that_are(
    blobs: BlobStore, shelf: FontShelf, workdir: Path
) -> None:
    uploads = Uploads((await upload(blobs, "Boxes"),), blobs.stream)
    with pytest.raises(PermanentError, match=r"there is no font 'Others'; there are .*Arimo, Boxes"):
        await shelf.gather("Others", ["abc"], uploads, workdir)


async def test_a_copy_is_fetched_once(blobs: BlobStore, shelf: FontShelf, tmp_path: Path) -> None:
    font = await upload(blobs, "Boxes")
    first = await shelf.cache.fetch(font, blobs.stream, tmp_path / "one")
    again = await shelf.cache.fetch(font, BlobStore.open("memory://").stream, tmp_path / "two")
    assert first.path.read_bytes() == again.path.read_bytes()


async def test_what_a_job_uses_outlives_the_copy(blobs: BlobStore, copies: Path, workdir: Path) -> None:
    font = await FontCache(copies, 0).fetch(await upload(blobs, "Boxes"), blobs.stream, workdir)
    assert (True, []) == (font.path.exists(), list(copies.iterdir()))


async def test_what_was_used_longest_ago_goes_first(blobs: BlobStore, copies: Path, workdir: Path) -> None:
    fonts = [await upload(blobs, f"Boxes {number}") for number in range(3)]
    cache = FontCache(copies, 2 * fonts[0].content.size_bytes + 100)
    for age, font in zip((200, 100), fonts, strict=False):
        await cache.fetch(font, blobs.stream, workdir / font.id)
        os.utime(copies / f"{font.content.sha256}.ttf", (NOON.timestamp() - age, NOON.timestamp() - age))
    await cache.fetch(fonts[0], blobs.stream, workdir / "again")
    await cache.fetch(fonts[2], blobs.stream, workdir)
    assert {fonts[0].content.sha256, fonts[2].content.sha256} == {path.stem for path in copies.iterdir()}


@pytest.mark.parametrize(("kind", "stored"), [("font_missing", None), ("font_unreadable", b"something else")])
async def test_bytes_that_are_not_those_of_the_font_are_a_clear_refusal(
    blobs: BlobStore, shelf: FontShelf, copies: Path, workdir: Path, kind: str, stored: bytes | None
) -> None:
    font = named("Boxes", BlobRef(sha256="0" * 64, size_bytes=14, media_type="font/ttf"))
    there = await blobs.put_bytes(stored) if stored else font.content
    for _ in range(2):
        with pytest.raises(PermanentError, match="upload it again") as refused:
            await shelf.cache.fetch(font, lambda _: blobs.stream(there), workdir)
        assert (kind, False) == (refused.value.kind, copies.exists())
