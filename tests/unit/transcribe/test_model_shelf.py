"""Models in memory: each loaded once, lent to whoever needs it, gone when nobody does."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack, cast

import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.testing import eventually
from kinolog.transcribe.adapters.loading import LoadedModel
from kinolog.transcribe.adapters.model_folder import FoundModel
from kinolog.transcribe.adapters.models import ModelShelf
from kinolog.transcribe.adapters.thread import Caller, Stopped
from kinolog.transcribe.domain.transcript import Measures


def quiet(phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None:
    """Nobody listens."""


@dataclass
class Sizes:
    """Finds every size, each in a folder named like it: `large` and `large-v3` in the same one."""

    changed_ns: int = 0

    def find(self, size: str, caller: Caller) -> FoundModel:
        folder = Path("/models") / size.partition("-")[0]
        return FoundModel(name=size, folder=folder, size_bytes=1, changed_ns=self.changed_ns)


@dataclass
class Loader:
    """Takes a byte of memory for every model, and may fail at first."""

    failures: list[Exception] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def load(self, found: FoundModel, caller: Caller) -> LoadedModel:
        assert self.gate.wait(timeout=10)
        self.loaded.append(found.name)
        if self.failures:
            raise self.failures.pop()
        nothing = cast("Any", None)
        return LoadedModel(name=found.name, sha256="0" * 64, device="cpu", compute_type="int8", whisper=nothing)

    def memory_bytes(self, found: FoundModel) -> int:
        return 1


@dataclass
class Bench:
    sizes: Sizes
    loader: Loader
    shelf: ModelShelf
    caller: Caller

    async def use(self, size: str) -> str:
        return await asyncio.to_thread(self._use, size, self.caller)

    def _use(self, size: str, caller: Caller) -> str:
        with self.shelf.lent(size, caller) as model:
            return model.name

    @contextmanager
    def using(self, size: str) -> Iterator[None]:
        with self.shelf.lent(size, self.caller):
            yield


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    def make(**changes: Any) -> Bench:
        sizes, loader = Sizes(), Loader()
        loader.gate.set()
        shelf = ModelShelf(sizes, loader, **{"memory_bytes": 2, "idle_seconds": 60.0, **changes})
        return Bench(sizes, loader, shelf, Caller(quiet))

    return make


async def test_a_model_is_loaded_once_for_many_jobs(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    for _ in range(3):
        await bench.use("tiny")

    assert ["tiny"] == bench.loader.loaded


async def test_two_jobs_that_want_the_same_model_at_the_same_moment_load_it_once(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench()
    bench.loader.gate.clear()
    jobs = [asyncio.create_task(bench.use("tiny")) for _ in range(4)]
    await eventually(lambda: bench.shelf._loading.locked())

    bench.loader.gate.set()

    assert (["tiny"] * 4, ["tiny"]) == (await asyncio.gather(*jobs), bench.loader.loaded)


async def test_two_names_of_one_folder_share_a_model_that_bears_the_name_it_was_asked_by(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench()

    names = [await bench.use(size) for size in ("large", "large-v3")]

    assert (["large", "large-v3"], ["large"]) == (names, bench.loader.loaded)


async def test_the_model_that_was_used_longest_ago_makes_room(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    for size in ("tiny", "base", "tiny", "small"):
        await bench.use(size)

    assert ["tiny", "small"] == bench.shelf.names


async def test_a_model_in_use_is_waited_for_and_never_thrown_out(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(memory_bytes=1)
    with bench.using("tiny"):
        other = asyncio.create_task(bench.use("base"))
        await eventually(lambda: bench.shelf._loading.locked())
        assert (["tiny"], ["tiny"]) == (bench.shelf.names, bench.loader.loaded)

    assert "base" == await other
    assert ["base"] == bench.shelf.names


async def test_a_job_that_waits_for_room_can_leave(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(memory_bytes=1)
    impatient = Caller(quiet)
    with bench.using("tiny"):
        waiting = asyncio.create_task(asyncio.to_thread(bench._use, "base", impatient))
        await eventually(lambda: bench.shelf._loading.locked())

        impatient.leave()

        with pytest.raises(Stopped):
            await waiting
    assert "base" == await bench.use("base")


async def test_a_model_that_is_larger_than_all_room_is_loaded_alone(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(memory_bytes=0)
    for size in ("tiny", "base"):
        await bench.use(size)

    assert ["base"] == bench.shelf.names


async def test_a_model_that_nobody_uses_goes_after_a_while(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(idle_seconds=0.02)
    with bench.using("tiny"):
        await bench.use("base")
        await eventually(lambda: bench.shelf.names == ["tiny"])

    await eventually(lambda: not bench.shelf.names)


async def test_the_wait_for_that_holds_up_no_worker_that_stops(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    await bench.use("tiny")

    timer = bench.shelf._timer

    assert timer is not None
    assert (True, True) == (timer.is_alive(), timer.daemon)


async def test_a_model_whose_file_has_changed_is_another_one(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    await bench.use("tiny")

    bench.sizes.changed_ns = 1
    await bench.use("tiny")

    assert ["tiny", "tiny"] == bench.loader.loaded


async def test_a_model_that_did_not_load_is_tried_again_by_the_next_job(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.loader.failures.append(PermanentError("model_unreadable", "it does not load"))
    with pytest.raises(PermanentError):
        await bench.use("tiny")

    assert "tiny" == await bench.use("tiny")
