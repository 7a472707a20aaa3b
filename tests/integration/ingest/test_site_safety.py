"""What a hostile site can try: nothing but what is allowed is reached, and everything has a bound."""

import asyncio
import gzip
import os
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from harness.pages import Pages, page, player
from harness.platform import descendants
from harness.site_visitor import ALL_READERS, Visitor
from harness.web_server import Answer, WebServer, answer_raw, answer_status, head, web_server

from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.common.testing import eventually
from kinolog.common.testing.workshop import Workshop

STREAM = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nHOST/segment.ts\n#EXT-X-ENDLIST\n"


@pytest.fixture
def visit(workshop: Workshop) -> Visitor:
    """With everything that a hostile page could set going."""
    return Visitor(workshop, {"site_extractors": ALL_READERS})


@pytest.fixture
async def canary() -> AsyncIterator[WebServer]:
    """Another address of this machine, which nobody allowed; its port is."""
    async with web_server(answer_status(200, b"secret"), host="127.0.0.2") as server:
        yield server


async def failure(visit: Visitor, pages: Pages, path: str = "/watch", **choices: Any) -> WorkError:
    async with web_server(pages) as server:
        visit.settings.setdefault("ingest_allowed_ports", ())
        visit.settings["ingest_allowed_ports"] = (*visit.settings["ingest_allowed_ports"], urlsplit(server.url).port)
        with pytest.raises(WorkError) as failed:
            await asyncio.wait_for(visit(f"{server.url}{path}", **choices), 60)
    return failed.value


INWARDS: dict[str, Callable[[str], dict[str, str | bytes | Answer]]] = {
    "a redirect": lambda inside: {"/watch": answer_status(302, Location=f"{inside}/page")},
    "a player": lambda inside: {"/watch": page(player(f"{inside}/film.mp4"))},
    "a frame": lambda inside: {"/watch": page(f'<iframe src="{inside}/embed/1"></iframe>', head=og(f"{inside}/a.mp4"))},
    "a stream's list": lambda inside: {"/watch": page(player(f"{inside}/stream.m3u8"))},
    "a stream's segment": lambda inside: {
        "/watch": page(player("/stream.m3u8")),
        "/stream.m3u8": STREAM.replace("HOST", inside),
    },
    "a stream's key": lambda inside: {
        "/watch": page(player("/stream.m3u8")),
        "/stream.m3u8": STREAM.replace("#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{inside}/key"\n#EXTINF'),
        "/segment.ts": bytes(1024),
    },
    "a file's redirect": lambda inside: {
        "/watch": page(player("/film.mp4")),
        "/film.mp4": answer_status(302, Location=f"{inside}/film.mp4"),
    },
}


def og(address: str) -> str:
    return f'<meta property="og:video:type" content="video/mp4"><meta property="og:video" content="{address}">'


@pytest.mark.parametrize("way", INWARDS)
async def test_nothing_inside_is_reached(visit: Visitor, canary: WebServer, way: str) -> None:
    visit.settings["ingest_allowed_ports"] = (urlsplit(canary.url).port,)
    error = await failure(visit, Pages(INWARDS[way](canary.url)))
    assert (PermanentError, "url_not_allowed", []) == (type(error), error.kind, canary.asked), error.detail
    assert [] == visit.kept


async def test_a_feed_cannot_lead_inside_either(visit: Visitor, canary: WebServer, workshop: Workshop) -> None:
    items = "".join(f"<item><title>{n}</title><link>{canary.url}/{n}</link></item>" for n in range(20))
    feed = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>"
    async with web_server(Pages({"/feed.rss": feed})) as server:
        output = await visit(f"{server.url}/feed.rss", "download_playlist")
        visit.settings["ingest_allowed_ports"] = (urlsplit(canary.url).port,)
        with pytest.raises(PermanentError, match="may not connect"):
            await visit(f"{canary.url}/0", strategy="site")
    assert (20, []) == (len(output.job_ids), canary.asked)


async def test_subtitles_from_inside_are_left_out(visit: Visitor, canary: WebServer, film: bytes) -> None:
    pages = Pages({"/watch": page(player("/film.mp4", {"en": f"{canary.url}/en.vtt"})), "/film.mp4": film})
    async with web_server(pages) as server:
        visit.settings["ingest_allowed_ports"] = (urlsplit(server.url).port, urlsplit(canary.url).port)
        output = await visit(f"{server.url}/watch", subtitles=["en"])
    assert ((), []) == (output.caption_ids, canary.asked)


async def test_names_and_descriptions_are_labels_and_nothing_more(
    visit: Visitor, workshop: Workshop, film: bytes
) -> None:
    title = "../../etc/passwd\x07 $(reboot) %(id)s\u202e &lt;script&gt;" + "x" * 100_000
    huge = f'<meta name="description" content="{"y" * 2_000_000}">'
    async with web_server(
        Pages({"/watch": page(player("/film.mp4"), title=title, head=huge), "/film.mp4": film})
    ) as server:
        output = await visit(f"{server.url}/watch")
    video = await workshop.video(output.video_id)
    assert (True, True) == (len(video.title) <= 200, len(video.filename) <= 255)
    assert video.title.startswith("../../etc/passwd $(reboot) %(id)s")
    assert "/" not in video.filename
    assert video.source_description is not None
    assert video.source_description.size_bytes < 100_000
    assert [] == list(workshop.folder.glob("**/passwd*"))


async def test_a_page_without_an_end_is_given_up(visit: Visitor) -> None:
    visit.settings["site_max_page_bytes"] = 3_000_000
    endless = answer_raw(head(Content_Type="text/html"), b"<p>" * 100_000, for_ever=True)
    error = await failure(visit, Pages({"/watch": endless}), strategy="site")
    assert (PermanentError, "media_limits") == (type(error), error.kind), error.detail


async def test_a_page_that_says_nothing_is_given_up(visit: Visitor) -> None:
    visit.settings["site_look_timeout_seconds"] = 8.0
    error = await failure(visit, Pages({"/watch": answer_raw(head(), pause_seconds=60.0)}), strategy="site")
    assert (PassingError, "source_too_slow") == (type(error), error.kind)


async def test_a_program_that_is_told_to_stop_tries_again(visit: Visitor) -> None:
    pages = Pages({"/watch": answer_raw(head(), pause_seconds=60.0)})
    failing = asyncio.create_task(failure(visit, pages, strategy="site"))
    os.kill(await eventually(site_program, within=30.0), signal.SIGTERM)
    error = await failing
    assert (PassingError, "child_stopped", "The program that reads sites was stopped.") == (
        type(error),
        error.kind,
        error.message,
    )


def site_program() -> int | None:
    """The process of the only site that is being read."""
    processes = descendants(os.getpid())
    return next((pid for pid, line in processes if "kinolog.ingest.site_program" in line), None)


@pytest.mark.parametrize(
    ("status", "kind", "is_passing"),
    [
        (404, "source_unavailable", False),
        (410, "source_unavailable", False),
        (401, "source_needs_sign_in", False),
        (403, "source_needs_sign_in", False),
        (451, "source_unavailable", False),
        (429, "source_unavailable", True),
        (503, "source_unavailable", True),
    ],
)
async def test_what_a_site_answers_decides_whether_it_is_asked_again(
    visit: Visitor, status: int, kind: str, is_passing: bool
) -> None:
    error = await failure(visit, Pages({"/watch": answer_status(status, Retry_After="7")}), strategy="site")
    assert (kind, is_passing) == (error.kind, isinstance(error, PassingError)), error.detail
    assert getattr(error, "retry_in_seconds", None) == (7.0 if is_passing else None)


async def test_a_page_without_a_film_is_refused(visit: Visitor) -> None:
    assert "source_unsupported" == (await failure(visit, Pages({"/watch": page("Nothing")}))).kind


async def test_a_page_with_several_films_is_no_download(visit: Visitor) -> None:
    several = page(player("/a.mp4") + player("/b.mp4"))
    assert "source_is_playlist" == (await failure(visit, Pages({"/watch": several}))).kind
    assert [] == visit.kept


async def test_a_page_that_unpacks_to_more_than_there_is_memory_is_given_up(visit: Visitor) -> None:
    visit.settings["site_memory_bytes"] = 600_000_000
    bomb = gzip.compress(b"<!doctype html><html>") + gzip.compress(b"<p>" * 3_000_000) * 60
    packed = answer_raw(head(Content_Type="text/html", Content_Encoding="gzip"), bomb)
    error = await failure(visit, Pages({"/watch": packed}), strategy="site")
    assert (PermanentError, "media_limits") == (type(error), error.kind), error.detail


async def test_a_site_that_the_operator_leaves_out_is_not_asked(visit: Visitor) -> None:
    visit.settings["site_extractors"] = ("default", "-generic")
    error = await failure(visit, Pages({"/watch": page("")}), strategy="site")
    assert (PermanentError, "source_unsupported") == (type(error), error.kind), error.detail


async def test_another_file_than_the_one_that_is_wanted_is_dropped(visit: Visitor, film: bytes) -> None:
    pages = Pages({"/watch": page(player("/film.mp4")), "/film.mp4": film})
    error = await failure(visit, pages, sha256="0" * 64)
    assert ("checksum_mismatch", []) == (error.kind, visit.kept)
