"""A gateway asks render workers for frames through a real NATS server: what comes back, and what ends the work."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from kinolog.common.errors import PassingError, PermanentError, Refused, WorkError
from kinolog.common.frames_asked import FrameQuestion, FrameWish
from kinolog.common.ids import new_id
from kinolog.common.service import Service, open_service
from kinolog.common.settings import ServiceSettings
from kinolog.common.style import CaptionStyle
from kinolog.common.testing import NatsServer, eventually, provisioned_log
from kinolog.gateway.adapters.renderer import NatsRenderer
from kinolog.gateway.problems import Problem
from kinolog.render.adapters.answering import answering_frames
from kinolog.render.domain.frame import MadeFrame

PICTURE = bytes(range(256)) * 12_345
WISH = FrameWish(caption_id=new_id("cap"), at=9.5, style=CaptionStyle(font_size=33))


class Maker:
    """Makes what it is told to, once it may."""

    def __init__(self) -> None:
        self.asked: list[FrameQuestion] = []
        self.error: Exception | None = None
        self.ended = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def make(self, asked: FrameQuestion) -> MadeFrame:
        self.asked.append(asked)
        try:
            await self.may_answer.wait()
        finally:
            self.ended += 1
        if self.error is not None:
            raise self.error
        return MadeFrame(content=PICTURE, time=9.48, font="Arimo")


Join = Callable[[Maker], Awaitable[Service]]


@pytest.fixture
def settings(nats_server: NatsServer, tmp_path: Path) -> ServiceSettings:
    return ServiceSettings(nats_url=nats_server.url, blobs_url=f"file://{tmp_path}/blobs")


@pytest.fixture
async def asker(nats_server: NatsServer, settings: ServiceSettings) -> AsyncIterator[Service]:
    async with provisioned_log(nats_server.url), open_service("gateway", settings, asyncio.Event()) as service:
        yield service


@pytest.fixture
async def join(asker: Service, settings: ServiceSettings) -> AsyncIterator[Join]:
    """Has one more worker answer, which makes two frames at once."""
    async with AsyncExitStack() as stack:

        async def start(maker: Maker) -> Service:
            service = await stack.enter_async_context(open_service("render", settings, asyncio.Event()))
            await stack.enter_async_context(answering_frames(service, maker.make, most_at_once=2))
            await service.reads.flush()
            return service

        yield start


@pytest.fixture
def renderer(asker: Service) -> NatsRenderer:
    return NatsRenderer(asker.reads, timeout_seconds=10, most_bytes=10_000_000, most_at_once=8)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@asynccontextmanager
async def waiting(maker: Maker, renderer: NatsRenderer, count: int) -> AsyncIterator[list[asyncio.Task[object]]]:
    """So many frames are being made."""
    maker.may_answer.clear()
    tasks: list[asyncio.Task[object]] = [asyncio.create_task(renderer.frame(WISH)) for _ in range(count)]
    await eventually(lambda: len(maker.asked) == count)
    try:
        yield tasks
    finally:
        maker.may_answer.set()
        await asyncio.gather(*tasks, return_exceptions=True)


async def problem_of(renderer: NatsRenderer) -> Problem:
    with pytest.raises(Problem) as raised:
        await renderer.frame(WISH)
    return raised.value


async def test_a_picture_larger_than_nats_takes_at_once_comes_whole(
    join: Join, renderer: NatsRenderer, maker: Maker
) -> None:
    await join(maker)
    frame = await renderer.frame(WISH)
    assert (9.48, "Arimo", PICTURE) == (frame.time, frame.font, frame.content)
    assert [(9.5, {"fontSize": 33})] == [(asked.at, asked.style.chosen()) for asked in maker.asked]


async def test_without_a_worker_one_is_told_to_start_one(renderer: NatsRenderer) -> None:
    problem = await problem_of(renderer)
    assert ("render-unavailable", 503, True) == (problem.kind, problem.status, "kinolog up" in problem.detail)


async def test_a_worker_with_enough_to_do_says_so(join: Join, renderer: NatsRenderer, maker: Maker) -> None:
    await join(maker)
    async with waiting(maker, renderer, 2):
        problem = await problem_of(renderer)
    assert ("render-unavailable", True) == (problem.kind, "2 questions are being answered" in problem.detail)


async def test_what_nobody_waits_for_is_not_made_any_more(join: Join, renderer: NatsRenderer, maker: Maker) -> None:
    await join(maker)
    async with waiting(maker, renderer, 1) as (task,):
        task.cancel()
        await eventually(lambda: maker.ended == 1)
        assert not maker.may_answer.is_set()


async def test_what_takes_too_long_is_given_up_on_both_sides(join: Join, asker: Service, maker: Maker) -> None:
    await join(maker)
    maker.may_answer.clear()
    problem = await problem_of(NatsRenderer(asker.reads, timeout_seconds=0.2, most_bytes=9, most_at_once=1))
    assert "render-unavailable" == problem.kind
    await eventually(lambda: maker.ended == len(maker.asked) > 0)


async def test_a_worker_that_is_to_stop_leaves_questions_to_others(join: Join, renderer: NatsRenderer) -> None:
    leaving, staying = Maker(), Maker()
    stopped = await join(leaving)
    await join(staying)
    stopped.stopping.set()
    await eventually(stopped.micro.stopped.is_set)
    await asyncio.gather(*(renderer.frame(WISH) for _ in range(2)))
    assert (0, 2) == (len(leaving.asked), len(staying.asked))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PermanentError("font_missing", "there is no font"), ("validation", ["/style/fontName"])),
        (Refused("validation", "there is no preset", field="style.preset"), ("validation", ["/style/preset"])),
        (PermanentError("media_missing", "it is gone"), ("not-found", [])),
        (PermanentError("media_corrupt", "it is broken"), ("validation", [])),
        (PassingError("storage_full", "no room"), ("render-unavailable", [])),
        (ZeroDivisionError(), ("render-unavailable", [])),
    ],
)
async def test_a_refusal_says_what_is_wrong(
    join: Join, renderer: NatsRenderer, maker: Maker, error: WorkError, expected: tuple[str, list[str]]
) -> None:
    await join(maker)
    maker.error = error
    problem = await problem_of(renderer)
    assert expected == (problem.kind, [each.pointer for each in problem.errors])


async def test_a_picture_that_is_too_large_is_not_taken(join: Join, asker: Service, maker: Maker) -> None:
    await join(maker)
    problem = await problem_of(NatsRenderer(asker.reads, timeout_seconds=10, most_bytes=9, most_at_once=1))
    assert ("validation", True) == (problem.kind, "ask for a width" in problem.detail)
