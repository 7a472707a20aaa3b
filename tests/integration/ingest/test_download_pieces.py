"""Downloads over several connections: what they ask for, how they get over bad servers, and what a crash leaves."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness.web_server import Answer, Asked, answer_file, answer_raw, answer_status, head, web_server

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.testing.workshop import Workshop

PIECE_BYTES = 20_000


@pytest.fixture
def download(downloader: Callable[..., Any]) -> Any:
    """With pieces that are small enough for a small film."""
    return downloader(ingest_least_piece_bytes=PIECE_BYTES, ingest_max_resumptions=2)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def begins(film: bytes) -> list[int | None]:
    """What is asked for where nothing goes wrong: the whole, of which the first piece is taken, and the others."""
    return [None, *range(PIECE_BYTES, len(film), PIECE_BYTES)]


def for_ranges(answer: Answer, otherwise: Answer) -> Answer:
    async def chosen(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await (otherwise if asked.first_byte is None else answer)(asked, writer)

    return chosen


def for_some(condition: Callable[[int], bool], answer: Answer, otherwise: Answer) -> Answer:
    """`answer` to those requests whose number the condition holds for."""
    numbers: Iterator[int] = iter(range(10**6))

    async def chosen(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await (answer if condition(next(numbers)) else otherwise)(asked, writer)

    return chosen


async def test_pieces_are_fetched_each_once_and_make_up_the_film(download: Any, film: bytes) -> None:
    async with web_server(answer_file(film)) as server:
        output = await download(f"{server.url}/film.mp4")
    assert (sha256(film), set(begins(film))) == (output.sha256, set(server.ranges))
    assert len(begins(film)) == len(server.asked)


async def test_so_many_connections_are_open_at_once_and_no_more(download: Any, film: bytes) -> None:
    open_now = most = 0
    enough = asyncio.Event()

    async def counting(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now, most = open_now + 1, max(most, open_now + 1)
        if open_now == 3:
            enough.set()
        await enough.wait()
        await answer_file(film)(asked, writer)
        await writer.drain()
        open_now -= 1

    download.settings["ingest_connections"] = 3
    async with web_server(for_ranges(counting, answer_file(film))) as server:
        await asyncio.wait_for(download(f"{server.url}/film.mp4"), 20)
    assert most in (3, 4)


@pytest.mark.parametrize("shape", ["no ranges", "no validator", "one connection"])
async def test_one_stream_does_where_more_are_not_possible_or_not_wanted(
    download: Any, film: bytes, shape: str
) -> None:
    if shape == "one connection":
        download.settings["ingest_connections"] = 1
    answer = answer_file(film, takes_ranges=shape != "no ranges", etag=None if shape == "no validator" else '"1"')
    async with web_server(answer) as server:
        output = await download(f"{server.url}/film.mp4")
    assert (sha256(film), [None]) == (output.sha256, server.ranges)


@pytest.mark.parametrize(
    "wrong",
    [
        answer_status(200, b"x" * 90_000, ETag='"film-1"'),
        answer_raw(head(206, Content_Range="bytes 7-9/170000", Content_Length="3"), b"xyz"),
        answer_raw(head(206, Content_Length="3"), b"xyz"),
        answer_status(416),
        answer_status(403),
        answer_status(404),
    ],
    ids=["the whole", "another range", "no range", "no such range", "forbidden", "missing"],
)
async def test_a_server_whose_ranges_are_wrong_is_asked_for_the_whole_in_one_stream(
    download: Any, film: bytes, wrong: Answer
) -> None:
    async with web_server(for_ranges(wrong, answer_file(film))) as server:
        output = await download(f"{server.url}/film.mp4")
    assert (sha256(film), None, 2) == (output.sha256, server.ranges[-1], server.ranges.count(None))


async def test_ranges_with_other_bytes_are_found_out_by_the_hash_that_is_wanted(download: Any, film: bytes) -> None:
    lying = for_ranges(answer_file(bytes(len(film))), answer_file(film))
    async with web_server(lying) as server:
        output = await download(f"{server.url}/film.mp4", sha256=sha256(film).upper())
    assert (sha256(film), 2) == (output.sha256, server.ranges.count(None))


async def test_ranges_with_other_bytes_make_no_film_otherwise(download: Any, workshop: Workshop, film: bytes) -> None:
    lying = for_ranges(answer_file(bytes(len(film))), answer_file(film))
    async with web_server(lying) as server:
        with pytest.raises(PermanentError) as refused:
            await download(f"{server.url}/film.mp4")
    assert (True, 0, []) == (refused.value.kind.startswith("media_"), workshop.blob_count(), download.kept)


async def test_a_film_with_another_hash_than_is_wanted_is_dropped(
    download: Any, workshop: Workshop, film: bytes
) -> None:
    async with web_server(answer_file(film)) as server:
        with pytest.raises(PermanentError, match=sha256(film)) as refused:
            await download(f"{server.url}/film.mp4", sha256="0" * 64)
    assert ("checksum_mismatch", 0, []) == (refused.value.kind, workshop.blob_count(), download.kept)


async def test_a_server_that_takes_one_connection_alone_still_gives_everything(download: Any, film: bytes) -> None:
    is_busy = asyncio.Lock()

    async def one_alone(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if is_busy.locked():
            await answer_status(429)(asked, writer)
            return
        async with is_busy:
            await answer_file(film)(asked, writer)

    async with web_server(for_ranges(one_alone, answer_file(film))) as server:
        output = await download(f"{server.url}/film.mp4")
    assert sha256(film) == output.sha256


async def test_connections_that_break_now_and_then_are_taken_up_where_they_broke(download: Any, film: bytes) -> None:
    breaking = for_some(lambda number: number % 3 == 1, answer_file(film, stop_after=5_000), answer_file(film))
    async with web_server(breaking) as server:
        output = await download(f"{server.url}/film.mp4")
    assert sha256(film) == output.sha256
    assert any(begin and begin % PIECE_BYTES == 5_000 for begin in server.ranges)


async def test_a_first_answer_that_breaks_at_once_leaves_its_piece_to_the_others(download: Any, film: bytes) -> None:
    async with web_server(for_ranges(answer_file(film), answer_file(film, stop_after=0))) as server:
        output = await download(f"{server.url}/film.mp4")
    assert (sha256(film), {None, *range(0, len(film), PIECE_BYTES)}) == (output.sha256, set(server.ranges))


async def test_a_film_that_changes_under_way_is_fetched_anew(download: Any, film: bytes) -> None:
    old = answer_file(bytes(len(film)), etag='"film-0"')
    async with web_server(for_some(lambda number: number < 3, old, answer_file(film))) as server:
        output = await download(f"{server.url}/film.mp4")
    assert sha256(film) == output.sha256


async def test_a_range_that_is_redirected_inwards_is_refused(download: Any, film: bytes) -> None:
    async with web_server(answer_status(200, b"secret"), host="127.0.0.2") as canary:
        inwards = answer_status(302, Location=canary.url)
        async with web_server(for_ranges(inwards, answer_file(film))) as server:
            with pytest.raises(PermanentError) as refused:
                await download(f"{server.url}/film.mp4")
    assert ("url_not_allowed", []) == (refused.value.kind, canary.asked)


class Gappy:
    """Refuses some pieces until it is mended."""

    def __init__(self, film: bytes, *gaps: int) -> None:
        self.film, self.gaps, self.is_mended = film, set(gaps), False

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        is_refused = asked.first_byte in self.gaps and not self.is_mended
        await (answer_status(503) if is_refused else answer_file(self.film))(asked, writer)


async def test_the_next_attempt_fetches_what_is_missing_and_nothing_else(download: Any, film: bytes) -> None:
    gappy = Gappy(film, PIECE_BYTES, 5 * PIECE_BYTES)
    async with web_server(gappy) as server:
        with pytest.raises(PassingError):
            await download(f"{server.url}/film.mp4")
        gappy.is_mended, before = True, len(server.asked)
        output = await download(f"{server.url}/film.mp4")
    served, asked_again = set(server.ranges[:before]) - gappy.gaps, set(server.ranges[before:])
    assert (sha256(film), set(), True) == (output.sha256, served & asked_again, gappy.gaps <= asked_again)


@pytest.mark.parametrize("piece", [0, 3], ids=["at the beginning", "behind a gap"])
async def test_bytes_that_were_damaged_on_disk_are_not_gone_on_with(download: Any, film: bytes, piece: int) -> None:
    gappy = Gappy(film, PIECE_BYTES)
    async with web_server(gappy) as server:
        with pytest.raises(PassingError):
            await download(f"{server.url}/film.mp4")
        with next(iter(download.kept)).open("r+b") as part:
            part.seek(piece * PIECE_BYTES)
            part.write(b"damaged")
        gappy.is_mended, before = True, len(server.asked)
        output = await download(f"{server.url}/film.mp4")
    assert (sha256(film), None) == (output.sha256, server.ranges[before])


async def test_a_rate_limit_is_obeyed_over_all_connections(download: Any, film: bytes) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    async with web_server(answer_file(film)) as server:
        await download(f"{server.url}/film.mp4", rate_limit_bytes_per_second=len(film))
    assert 0.9 < clock() - began


async def test_progress_tells_bytes_and_speed(download: Any, workshop: Workshop, film: bytes) -> None:
    async with web_server(answer_file(film)) as server:
        await download(f"{server.url}/film.mp4")
    last = [report for report in workshop.reports if report.phase == "download"][-1]
    assert (len(film), len(film), 100.0, True) == (
        last.done_bytes,
        last.total_bytes,
        last.percent,
        bool(last.bytes_per_second),
    )
