"""An event loop whose clock leaps to the next timer when nothing is ready: hours pass in milliseconds, and exactly."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from kinolog.common.testing.examples import NOON

T = TypeVar("T")

_MOST_TURNS_AT_ONE_MOMENT: Final = 100_000


def run_in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Raises Standstill where everything waits for something that never comes, or turns without end."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


def virtual_clock() -> datetime:
    """Noon, and the time of the loop since."""
    return NOON + timedelta(seconds=asyncio.get_running_loop().time())


class Standstill(Exception):
    """Time cannot go on."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """There is no outside: no sockets, and what would run in a thread runs at once."""

    def __init__(self) -> None:
        self._seconds = 0.0
        super().__init__(_Leaps(self._leap))

    def time(self) -> float:
        return self._seconds

    def run_in_executor(  # type: ignore[override]  # typeshed wants the types of func's arguments bound
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def _leap(self, seconds: float) -> None:
        self._seconds += seconds


class _Leaps(selectors.BaseSelector):
    """Watches no file: instead of waiting for one it lets the time pass."""

    def __init__(self, leap: Callable[[float], None]) -> None:
        self._leap = leap
        self._keys: dict[Any, selectors.SelectorKey] = {}
        self._turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Standstill("everything waits for something that never comes")
        self._turns = 0 if timeout > 0 else self._turns + 1
        if self._turns > _MOST_TURNS_AT_ONE_MOMENT:
            raise Standstill("something turns round and round without letting time pass")
        self._leap(max(0.0, timeout))
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, fileobj if isinstance(fileobj, int) else fileobj.fileno(), events, data)
        self._keys[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys
