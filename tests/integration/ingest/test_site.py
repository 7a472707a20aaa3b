"""Videos that pages on a local server show, fetched by yt-dlp itself."""

import json
from typing import Any

import pytest
from harness.pages import Pages, page, player
from harness.site_visitor import ALL_READERS, Visitor
from harness.web_server import web_server

from kinolog.common.aggregates import CAPTION, JOB
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import DownloadStrategy
from kinolog.common.log import load
from kinolog.common.subtitles import cues_from_json
from kinolog.common.testing.workshop import Workshop

SUBTITLES = "WEBVTT\n\n00:00.100 --> 00:00.900\nHello <b>world</b>\n"


@pytest.fixture
def visit(workshop: Workshop) -> Visitor:
    return Visitor(workshop)


async def test_a_film_that_a_page_shows_becomes_a_video(visit: Visitor, workshop: Workshop, film: bytes) -> None:
    visit.settings["site_extractors"] = ALL_READERS
    async with web_server(Pages({"/watch": page(player("/film.mp4")), "/film.mp4": film})) as server:
        output = await visit(f"{server.url}/watch")
    video = await workshop.video(output.video_id)
    assert (DownloadStrategy.SITE, len(film), "A film", "A film.mp4") == (
        output.strategy,
        output.size_bytes,
        video.title,
        video.filename,
    )
    assert (f"{server.url}/watch", []) == (video.source_url, visit.kept)


async def test_what_is_told_of_it_and_its_subtitles_come_along(visit: Visitor, workshop: Workshop, film: bytes) -> None:
    watch = page(player("/film.mp4", {"en": "/en.vtt", "fr": "/none.vtt"}))
    pages = Pages({"/watch": watch, "/film.mp4": film, "/en.vtt": SUBTITLES})
    async with web_server(pages) as server:
        output = await visit(f"{server.url}/watch", subtitles=["en", "fr", "de"])
    (caption_id,) = output.caption_ids
    assert ("fr", "de") == output.missing_subtitles
    caption = (await load(workshop.log, CAPTION, caption_id)).require()
    cues = cues_from_json(workshop.path_of(caption.cues).read_bytes())
    assert ("en", "A film.en.srt", ["Hello world"]) == (caption.language, caption.filename, [c.text for c in cues])
    description = (await workshop.video(output.video_id)).source_description
    assert description is not None
    assert "A film" == json.loads(workshop.path_of(description).read_bytes())["title"]


async def test_subtitles_that_nobody_can_read_are_told_as_missing(visit: Visitor, film: bytes) -> None:
    watch = page(player("/film.mp4", {"en": "/en.vtt"}))
    async with web_server(Pages({"/watch": watch, "/film.mp4": film, "/en.vtt": b"<html>sign in</html>"})) as server:
        output = await visit(f"{server.url}/watch", subtitles=["en"])
    assert ((), ("en",)) == (output.caption_ids, output.missing_subtitles)


async def test_a_film_that_a_page_names_for_others_to_show_is_taken(visit: Visitor, film: bytes) -> None:
    head = '<meta property="og:video:type" content="video/mp4"><meta property="og:video" content="HOST/film.mp4">'
    async with web_server(Pages({"/watch": page(head=head), "/film.mp4": film})) as server:
        assert len(film) == (await visit(f"{server.url}/watch")).size_bytes


async def test_a_file_is_told_from_a_page_by_one_question(visit: Visitor, film: bytes) -> None:
    async with web_server(Pages({"/film.mp4": film})) as server:
        output: Any = await visit(f"{server.url}/film.mp4")
    assert (DownloadStrategy.DIRECT, len(film)) == (output.strategy, output.size_bytes)


async def test_each_film_of_a_page_becomes_a_job_and_each_job_a_video(visit: Visitor, film: bytes) -> None:
    several = page(player("/a.mp4") + player("/b.mp4"), title="Several")
    async with web_server(Pages({"/list": several, "/a.mp4": film, "/b.mp4": film})) as server:
        listed = await visit(f"{server.url}/list", "download_playlist")
        job = (await load(visit.workshop.log, JOB, listed.job_ids[1])).require()
        output = await visit(**job.input_data)
    assert ("Several", 2, f"{server.url}/b.mp4") == (listed.title, listed.entry_count, job.input_data["url"])
    assert len(film) == output.size_bytes


async def test_a_list_is_taken_from_where_it_is_asked_for(visit: Visitor) -> None:
    several = page("".join(player(f"/{n}.mp4") for n in range(6)))
    async with web_server(Pages({"/list": several})) as server:
        listed = await visit(f"{server.url}/list", "download_playlist", first=3, limit=2)
    jobs = [(await load(visit.workshop.log, JOB, job_id)).require() for job_id in listed.job_ids]
    assert [f"{server.url}/{n}.mp4" for n in (2, 3)] == [job.input_data["url"] for job in jobs]


async def test_lists_can_be_taken_from_their_end(visit: Visitor) -> None:
    several = page("".join(player(f"/{n}.mp4") for n in range(3)))
    async with web_server(Pages({"/list": several})) as server:
        listed = await visit(f"{server.url}/list", "download_playlist", site_options={"playlist_reverse": True})
    jobs = [(await load(visit.workshop.log, JOB, job_id)).require() for job_id in listed.job_ids]
    assert [f"{server.url}/{n}.mp4" for n in (2, 1, 0)] == [job.input_data["url"] for job in jobs]


async def test_an_address_that_gives_nothing_is_asked_once(visit: Visitor) -> None:
    async with web_server(Pages({})) as server:
        with pytest.raises(PermanentError, match="nothing at this address"):
            await visit(f"{server.url}/watch")
    assert 1 == len(server.asked)


async def test_a_choice_that_only_sites_know_spares_the_question(visit: Visitor, film: bytes) -> None:
    async with web_server(Pages({"/film.mp4": film})) as server:
        output = await visit(f"{server.url}/film.mp4", site_options={"user_agent": "Mine"})
    assert (DownloadStrategy.SITE, {"Mine"}) == (
        output.strategy,
        {asked.headers["user-agent"] for asked in server.asked},
    )
