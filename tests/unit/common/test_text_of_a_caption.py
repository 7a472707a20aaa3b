"""A caption whose text is gone or damaged ends every job that needs it in one way."""

import hashlib

import obstore
import pytest

from kinolog.common.aggregates import Caption
from kinolog.common.blobs import BlobStore, key_of
from kinolog.common.errors import PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.subtitles import Cue, cues_to_json
from kinolog.common.subtitles.source import stored_cues

CUES = (Cue(start=0, end=1, text="Hello."),)


@pytest.fixture
def blobs() -> BlobStore:
    return BlobStore.open("memory://")


def caption_of(cues: BlobRef) -> Caption:
    facts = {"video_id": "vid_1", "project_id": "prj_1", "filename": "a.srt", "language": "en", "cue_count": 1}
    moments = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    return Caption.model_validate({**facts, **moments, "id": "cap_1", "cues": cues})


async def test_the_text_of_a_caption_is_read(blobs: BlobStore) -> None:
    assert CUES == await stored_cues(caption_of(await blobs.put_bytes(cues_to_json(CUES))), blobs)


@pytest.mark.parametrize("content", [None, b"", cues_to_json(CUES).replace(b"Hello", b"Jello")])
async def test_text_that_is_gone_or_changed_says_what_to_do(blobs: BlobStore, content: bytes | None) -> None:
    blob = BlobRef(sha256=hashlib.sha256(cues_to_json(CUES)).hexdigest(), size_bytes=len(cues_to_json(CUES)))
    if content is not None:
        await obstore.put_async(blobs._store, key_of(blob.sha256), content)

    with pytest.raises(PermanentError, match="cap_1 cannot be read: make the caption again, or delete it") as raised:
        await stored_cues(caption_of(blob), blobs)

    assert "caption_unreadable" == raised.value.kind


async def test_text_that_is_no_cues_is_as_unreadable(blobs: BlobStore) -> None:
    with pytest.raises(PermanentError, match="make the caption again") as raised:
        await stored_cues(caption_of(await blobs.put_bytes(b"1\n00:00 --> 00:01\nHello.")), blobs)

    assert "caption_unreadable" == raised.value.kind
