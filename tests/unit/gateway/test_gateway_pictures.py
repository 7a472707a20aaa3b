"""Pictures over HTTP: what is kept, what is refused, and that nothing is left of what is refused."""

import io
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from kinolog.common.blobs import BlobStore

QUARTER_TURN = 6
ORIENTATION = 0x0112


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path}/blobs")


def a_picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (40, 20), **how: Any) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind, **how)
    return content.getvalue()


async def send(caller: httpx2.AsyncClient, content: bytes, name: str = "logo.png") -> httpx2.Response:
    return await caller.post("/v1/pictures", files={"file": (name, content, "text/html")})


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("WEBP", "RGB", "image/webp"),
    ],
)
async def test_a_picture_is_kept_as_what_it_is(
    caller: httpx2.AsyncClient, blobs: BlobStore, kind: str, mode: str, media_type: str
) -> None:
    content = a_picture(kind, mode)
    digest = sha256(content).hexdigest()
    answer = await send(caller, content)
    known = {"sha256": digest, "size_bytes": len(content), "media_type": media_type, "width": 40, "height": 20}
    assert (201, known) == (answer.status_code, answer.json())
    assert await blobs.exists(digest)


async def test_a_turned_photograph_has_the_size_that_it_is_shown_in(caller: httpx2.AsyncClient) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = QUARTER_TURN
    answer = await send(caller, a_picture("JPEG", exif=exif))
    assert (20, 40) == (answer.json()["width"], answer.json()["height"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "use PNG, JPEG or WebP"),
        (b"", "use PNG, JPEG or WebP"),
        (a_picture("GIF"), "use PNG, JPEG or WebP"),
        (a_picture("JPEG", size=(400, 400))[:-200], "damaged"),
        (a_picture("PNG", "1", (2_000, 2_000)), "more than 1000000 pixels"),
        (a_picture("PNG", "1", (1_001, 1_000)), "more than 1000000 pixels"),
    ],
)
async def test_what_is_no_whole_picture_of_ours_is_refused_and_not_kept(
    caller: httpx2.AsyncClient, tmp_path: Path, content: bytes, said: str
) -> None:
    answer = await send(caller, content)
    assert (422, "/file") == (answer.status_code, answer.json()["errors"][0]["pointer"])
    assert said in answer.json()["errors"][0]["detail"]
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_a_picture_of_too_many_bytes_is_refused(caller: httpx2.AsyncClient) -> None:
    answer = await send(caller, b"x" * 200_000)
    assert 413 == answer.status_code


async def test_a_form_without_a_file_names_the_field(caller: httpx2.AsyncClient) -> None:
    answer = await caller.post("/v1/pictures", files={"logo": ("logo.png", b"x", "image/png")})
    assert (422, "/logo") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_stranger_may_not_send_pictures(stranger: httpx2.AsyncClient) -> None:
    answer = await send(stranger, a_picture("PNG"))
    assert 401 == answer.status_code
