"""A form with one file in it, or a body that is one: written to disk as it arrives."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from kinolog.gateway.problems import invalid
from kinolog.gateway.uploads.multipart import Multipart


async def receive_file(form: Multipart, file: Path) -> None:
    """Raises problems for a form with anything but one file in it."""
    is_there = False
    while (part := await form.next_part()) is not None:
        if part.name != "file":
            raise invalid(f"/{part.name[:60]}", "there is no such field: send file")
        if is_there or part.filename is None:
            raise invalid("/file", "send one file, with a file name")
        is_there = True
        await write_file(form.chunks(), file)
    if not is_there:
        raise invalid("/file", "this field is needed: the file itself")


async def write_file(chunks: AsyncIterator[bytes], file: Path) -> None:
    with file.open("wb") as arriving:
        async for chunk in chunks:
            await asyncio.to_thread(arriving.write, chunk)
