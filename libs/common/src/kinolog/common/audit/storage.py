"""Blobs: what is named is there and whole; what nobody names is told as a note, since it breaks no promise."""

import hashlib

from kinolog.common.audit.holdings import Holdings
from kinolog.common.audit.report import Check, Report
from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef


async def check_blobs(holdings: Holdings, blobs: BlobStore, report: Report, *, deep: bool) -> None:
    """`deep` reads every byte; otherwise the size must do."""
    whole: set[str] = set()
    for owner, blob in holdings.blobs():
        report.look(Check.BLOBS)
        if blob.sha256 in whole:
            continue
        fault = await _fault_of(blob, blobs, deep=deep)
        if fault is None:
            whole.add(blob.sha256)
        else:
            report.violate(Check.BLOBS, f"{owner} names the blob {blob.sha256}, which {fault}")
    await _note_orphans({blob.sha256 for _, blob in holdings.blobs()}, blobs, report)


async def _fault_of(blob: BlobRef, blobs: BlobStore, *, deep: bool) -> str | None:
    size = await blobs.size_of(blob.sha256)
    if size is None:
        return "is missing"
    if size != blob.size_bytes:
        return f"has {size} bytes instead of {blob.size_bytes}"
    if deep and await _sha256_of(blob, blobs) != blob.sha256:
        return "holds other bytes than its name says"
    return None


async def _sha256_of(blob: BlobRef, blobs: BlobStore) -> str:
    digest = hashlib.sha256()
    async for chunk in blobs.stream(blob):
        digest.update(chunk)
    return digest.hexdigest()


async def _note_orphans(named: set[str], blobs: BlobStore, report: Report) -> None:
    orphans = [sha256 async for sha256 in blobs.names() if sha256 not in named]
    if orphans:
        report.note(f"{len(orphans)} stored blobs are named by nothing, {orphans[0]} for one: they only take room")
