"""Downloads through all weathers: whatever servers do at random, a file that arrives is the file that is there."""

import asyncio
import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from harness.web_server import Answer, Asked, answer_file, answer_raw, answer_reset, answer_status, head, web_server

from kinolog.common.errors import PassingError
from kinolog.common.jobs import DownloadInput
from kinolog.common.room import Room
from kinolog.ingest import wiring
from kinolog.ingest.adapters.direct import Direct

MOST_ATTEMPTS = 40


class Weather:
    """Answers well half of the time."""

    def __init__(self, content: bytes, seed: int) -> None:
        self.content, self._random = content, random.Random(seed)

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._random.random() * 0.01)
        await self._random.choice([answer_file(self.content), self._bad(asked)])(asked, writer)

    def _bad(self, asked: Asked) -> Answer:
        cut = self._random.randrange(len(self.content) // 4)
        wrong = f"bytes {cut}-{cut + 2}/{len(self.content)}"
        lie = answer_raw(head(206, Content_Range=wrong, Content_Length="3", Connection="close") + b"xyz")
        broken = [answer_file(self.content, stop_after=cut), answer_reset(self.content, cut), answer_raw(b"")]
        # Where no range was asked for, one is a clear no.
        return self._random.choice([*broken, answer_status(503), *([lie] if asked.first_byte is not None else [])])


@pytest.mark.parametrize("seed", range(12))
async def test_what_arrives_through_all_weathers_is_the_file_that_is_there(
    downloader: Any, tmp_path: Path, seed: int
) -> None:
    content, attempts = random.Random(seed).randbytes(400_000), 0
    download = downloader(ingest_least_piece_bytes=25_000, ingest_checkpoint_interval_seconds=0)
    async with web_server(Weather(content, seed)) as server:
        settings = download.settings_for(server.url)
        direct = Direct(wiring.egress(settings), wiring.fetch_limits(settings), Room.of(settings))
        while attempts < MOST_ATTEMPTS:
            attempts += 1
            ctx = await download.attempt(server.url)
            try:
                fetched = await direct.fetch(DownloadInput(url=f"{server.url}/film.mp4"), tmp_path, ctx)
                break
            except PassingError:
                continue
    assert hashlib.sha256(content).hexdigest() == fetched.fingerprint.sha256
    assert content == fetched.file.read_bytes()
