"""Downloads from good servers and from bad ones, over real sockets: what becomes a video, and what is refused how."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from harness.web_server import Answer, answer_file, answer_raw, answer_reset, answer_status, head, web_server
from PIL import Image

from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.common.room import NoRoom
from kinolog.common.testing import eventually
from kinolog.common.testing.workshop import Workshop

Downloads = Callable[..., Any]


async def failure(download: Any, *answers: Answer) -> WorkError:
    """How a download from a server with these answers ends: in bounded time, and without a blob."""
    async with web_server(*answers) as server:
        with pytest.raises(WorkError) as failed:
            await asyncio.wait_for(download(f"{server.url}/film.mp4"), 20)
    assert 0 == download.workshop.blob_count()
    return failed.value


async def test_a_file_at_an_address_becomes_a_video(download: Any, workshop: Workshop, film: bytes) -> None:
    async with web_server(answer_file(film)) as server:
        output = await download(f"{server.url}/films/My%20holiday.mp4?key=1")
    video = await workshop.video(output.video_id)
    assert (hashlib.sha256(film).hexdigest(), len(film)) == (output.sha256, output.size_bytes)
    assert ("My holiday", "My holiday.mp4", 320) == (video.title, video.filename, video.width)
    assert f"{server.url}/films/My%20holiday.mp4?key=1" == video.source_url
    assert [] == download.kept


async def test_a_title_and_the_servers_name_of_the_file_are_taken(
    download: Any, workshop: Workshop, film: bytes
) -> None:
    named = {"Content-Disposition": 'attachment; filename="../../etc/Ferien.mp4"'}
    async with web_server(answer_file(film, headers=named)) as server:
        output = await download(f"{server.url}/get.php", title="Summer")
    video = await workshop.video(output.video_id)
    assert ("Summer", "Ferien.mp4") == (video.title, video.filename)


async def test_progress_names_its_phases_and_what_is_left(download: Any, workshop: Workshop, film: bytes) -> None:
    async with web_server(answer_file(film)) as server:
        await download(f"{server.url}/film.mp4")
    assert ["download", "probe", "store", "poster"] == workshop.phases
    received = [report for report in workshop.reports if report.phase == "download"]
    assert (100.0, 0.0) == (received[-1].percent, received[-1].eta_seconds)


async def test_bytes_are_heard_of_when_they_arrive_and_not_only_when_they_are_stored(
    download: Any, workshop: Workshop, film: bytes
) -> None:
    is_heard = asyncio.Event()

    async def heard() -> None:
        await eventually(lambda: len(workshop.reports) > 1)
        is_heard.set()

    async with web_server(answer_file(film, stop_after=100, then=heard), answer_file(film)) as server:
        await download(f"{server.url}/film.mp4")
    assert is_heard.is_set()


async def test_redirects_are_followed(download: Any, film: bytes) -> None:
    async with web_server(answer_status(302, Location="/b"), answer_file(film)) as server:
        output = await download(f"{server.url}/a")
    assert (len(film), ["/a", "/b"]) == (output.size_bytes, [asked.path for asked in server.asked])


async def test_a_file_of_unknown_length_is_taken_to_its_end(download: Any, film: bytes) -> None:
    chunk = f"{len(film):x}\r\n".encode() + film + b"\r\n0\r\n\r\n"
    async with web_server(answer_raw(head(Transfer_Encoding="chunked"), chunk)) as server:
        output = await download(f"{server.url}/film.mp4")
    assert len(film) == output.size_bytes


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451, 204, 206, 304, 400])
async def test_a_clear_no_is_final(download: Any, status: int) -> None:
    error = await failure(download, answer_status(status))
    assert (PermanentError, "source_unavailable") == (type(error), error.kind)
    assert [] == download.kept


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_server_in_trouble_is_asked_again_when_it_says(download: Any, status: int) -> None:
    error = await failure(download, answer_status(status, Retry_After="7"))
    assert isinstance(error, PassingError)
    assert ("source_unavailable", 7.0) == (error.kind, error.retry_in_seconds)


async def test_a_server_that_wants_a_day_gets_an_hour(download: Any) -> None:
    error = await failure(download, answer_status(503, Retry_After="86400"))
    assert isinstance(error, PassingError)
    assert 3_600.0 == error.retry_in_seconds


async def test_the_next_attempt_may_succeed(download: Any, film: bytes) -> None:
    async with web_server(answer_status(500), answer_file(film)) as server:
        with pytest.raises(PassingError):
            await download(f"{server.url}/film.mp4")
        output = await download(f"{server.url}/film.mp4")
    assert len(film) == output.size_bytes


async def test_nobody_listening_is_a_passing_trouble(download: Any) -> None:
    async with web_server(answer_status(200)) as server:
        pass
    with pytest.raises(PassingError) as failed:
        await download(f"{server.url}/film.mp4")
    assert "source_unreachable" == failed.value.kind


async def test_redirects_in_a_circle_end(download: Any) -> None:
    async with web_server(answer_status(301, Location="/again")) as server:
        with pytest.raises(PermanentError, match="more than 5 times"):
            await download(f"{server.url}/film.mp4")
    assert 6 == len(server.asked)


async def test_a_broken_connection_is_taken_up_where_it_broke(download: Any, film: bytes) -> None:
    cut = len(film) * 6 // 10
    async with web_server(answer_file(film, stop_after=cut), answer_file(film)) as server:
        output = await download(f"{server.url}/film.mp4")
    assert ([None, cut], hashlib.sha256(film).hexdigest()) == (server.ranges, output.sha256)


async def test_a_connection_that_is_reset_near_the_end_is_taken_up_as_well(download: Any, film: bytes) -> None:
    async with web_server(answer_reset(film, len(film) * 9 // 10), answer_file(film)) as server:
        output = await download(f"{server.url}/film.mp4")
    assert (hashlib.sha256(film).hexdigest(), 2) == (output.sha256, len(server.asked))


async def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(download: Any, film: bytes) -> None:
    old = answer_file(bytes(len(film)), etag='"film-0"', stop_after=1_000)
    async with web_server(old, answer_file(film)) as server:
        output = await download(f"{server.url}/film.mp4")
    assert hashlib.sha256(film).hexdigest() == output.sha256


async def test_a_server_in_trouble_in_the_middle_costs_no_bytes(download: Any, film: bytes) -> None:
    cut = len(film) // 2
    async with web_server(answer_file(film, stop_after=cut), answer_status(503), answer_file(film)) as server:
        with pytest.raises(PassingError):
            await download(f"{server.url}/film.mp4")
        output = await download(f"{server.url}/film.mp4")
    assert ([None, cut, cut], hashlib.sha256(film).hexdigest()) == (server.ranges, output.sha256)


async def test_a_file_that_changed_between_attempts_is_fetched_from_its_beginning(download: Any, film: bytes) -> None:
    old = answer_file(bytes(len(film)), etag='"film-0"', stop_after=1_000)
    async with web_server(old, answer_status(503), answer_file(film)) as server:
        with pytest.raises(PassingError):
            await download(f"{server.url}/film.mp4")
        output = await download(f"{server.url}/film.mp4")
    assert hashlib.sha256(film).hexdigest() == output.sha256


async def test_a_range_that_is_another_one_is_not_taken(download: Any, film: bytes) -> None:
    wrong = answer_raw(head(206, Content_Range=f"bytes 7-9/{len(film)}", Content_Length="3"), b"xyz")
    async with web_server(answer_file(film, stop_after=1_000), wrong, answer_file(film)) as server:
        output = await download(f"{server.url}/film.mp4")
    assert ([None, 1_000, None], hashlib.sha256(film).hexdigest()) == (server.ranges, output.sha256)


async def test_a_server_that_knows_no_ranges_sends_everything_again(download: Any, film: bytes) -> None:
    first = answer_file(film, takes_ranges=False, stop_after=1_000)
    async with web_server(first, answer_file(film, takes_ranges=False)) as server:
        output = await download(f"{server.url}/film.mp4")
    assert hashlib.sha256(film).hexdigest() == output.sha256


async def test_bytes_that_cannot_be_told_from_others_are_not_gone_on_with(download: Any, film: bytes) -> None:
    error = await failure(download, answer_file(film, etag=None, stop_after=1_000))
    assert (PassingError, []) == (type(error), download.checkpoints)


async def test_a_length_that_is_too_long_is_noticed(downloader: Downloads, film: bytes) -> None:
    download = downloader(ingest_max_resumptions=1)
    error = await failure(download, answer_file(film, length=len(film) + 10, takes_ranges=False))
    assert (PassingError, "source_unreachable") == (type(error), error.kind)


async def test_a_length_that_is_too_short_leaves_half_a_film_which_is_refused(download: Any, film: bytes) -> None:
    error = await failure(download, answer_file(film, length=len(film) // 2))
    assert (PermanentError, "media_corrupt") == (type(error), error.kind)


async def test_a_server_that_dribbles_is_given_up(downloader: Downloads) -> None:
    download = downloader(ingest_speed_window_seconds=0.3)
    error = await failure(download, answer_raw(head(Content_Length="9999"), b"x", pause_seconds=0.02, for_ever=True))
    assert (PassingError, "source_too_slow") == (type(error), error.kind)


async def test_a_server_that_falls_silent_is_given_up(downloader: Downloads) -> None:
    download = downloader(ingest_idle_timeout_seconds=0.2)
    error = await failure(download, answer_raw(head(Content_Length="9999") + b"x", b"", pause_seconds=1, for_ever=True))
    assert (PassingError, "source_unreachable") == (type(error), error.kind)


async def test_headers_that_never_end_are_given_up(downloader: Downloads) -> None:
    download = downloader(ingest_answer_timeout_seconds=0.3)
    error = await failure(download, answer_raw(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", pause_seconds=0.02, for_ever=True))
    assert (PassingError, "source_unreachable") == (type(error), error.kind)


async def test_a_file_that_says_it_is_too_large_is_not_begun(downloader: Downloads) -> None:
    download = downloader(ingest_max_download_bytes=1_000)
    error = await failure(download, answer_raw(head(Content_Length="1001")))
    assert (PermanentError, "media_limits") == (type(error), error.kind)


async def test_a_file_that_has_no_room_here_is_not_begun(downloader: Downloads) -> None:
    download = downloader(ingest_max_download_bytes=10**18)
    error = await failure(download, answer_raw(head(Content_Length=str(4 * 10**17))))
    assert (NoRoom, "storage_full") == (type(error), error.kind)
    assert "It needs about 800000000.0 GB, and" in error.message


async def test_nothing_is_asked_for_while_the_reserve_is_reached(downloader: Downloads) -> None:
    download = downloader(storage_reserve_bytes=10**18)
    async with web_server(answer_status(200, b"film")) as server:
        with pytest.raises(NoRoom, match="KINOLOG_STORAGE_RESERVE_BYTES keeps 1000000000"):
            await download(f"{server.url}/film.mp4")
    assert [] == server.asked


async def test_a_file_that_turns_out_too_large_is_stopped(downloader: Downloads) -> None:
    download = downloader(ingest_max_download_bytes=3_000_000)
    error = await failure(download, answer_raw(head(), bytes(1_000_000), for_ever=True))
    assert (PermanentError, "media_limits", []) == (type(error), error.kind, download.kept)


async def test_packed_answers_are_refused_and_not_asked_for(download: Any) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    async with web_server(answer_status(200, bomb, Content_Encoding="gzip")) as server:
        with pytest.raises(PermanentError, match="packs the file"):
            await download(f"{server.url}/film.mp4")
    assert "identity" == server.asked[0].headers["accept-encoding"]


@pytest.mark.parametrize(
    ("body", "kind"), [(b"<html>sign in</html>", "media_unsupported"), (b"", "media_corrupt")], ids=["page", "nothing"]
)
async def test_what_is_no_film_is_refused_and_nothing_is_kept(
    download: Any, workshop: Workshop, body: bytes, kind: str
) -> None:
    error = await failure(download, answer_file(body))
    assert (PermanentError, kind) == (type(error), error.kind)
    assert (0, []) == (workshop.blob_count(), download.kept)


async def test_a_picture_is_no_film_to_download(download: Any, tmp_path: Any) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "film.png")
    error = await failure(download, answer_file((tmp_path / "film.png").read_bytes()))
    assert "media_unsupported" == error.kind
