"""The Whisper models in memory: lent to jobs, kept a while between them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from kinolog.common.heap import give_back_memory
from kinolog.common.jobs import ModelSize
from kinolog.transcribe.adapters.loading import LoadedModel
from kinolog.transcribe.adapters.model_folder import FoundModel, ModelSource
from kinolog.transcribe.adapters.thread import Caller

_LOOK_AGAIN_SECONDS: Final = 0.1


class LoadsModels(Protocol):
    def load(self, found: FoundModel, caller: Caller) -> LoadedModel:
        """Raises WorkError."""
        ...

    def memory_bytes(self, found: FoundModel) -> int:
        """About how much the model takes once it is loaded."""
        ...


@dataclass(slots=True)
class _Place:
    model: LoadedModel
    memory_bytes: int
    users: int = 1
    free_since: float = 0.0


@dataclass(slots=True)
class ModelShelf:
    """Several models, together no larger than `memory_bytes` where that can be: one that is larger has it all alone.

    Those that nobody uses go after `idle_seconds`, and sooner where another needs the room, the one that has been idle
    the longest first. One in use never goes.
    """

    source: ModelSource
    loader: LoadsModels
    memory_bytes: int
    idle_seconds: float
    clock: Callable[[], float] = time.monotonic
    _places: dict[FoundModel, _Place] = field(default_factory=dict)
    _changing: threading.Lock = field(default_factory=threading.Lock)
    _loading: threading.Lock = field(default_factory=threading.Lock)
    _timer: threading.Timer | None = None

    @contextmanager
    def lent(self, size: ModelSize, caller: Caller) -> Iterator[LoadedModel]:
        """The model, for as long as the block goes on. Loads one at a time, and none twice. Raises WorkError, and
        Stopped when the caller has left."""
        caller.tell("model")
        found = self.source.find(size, caller)
        place = self._taken(found) or self._put(found, caller)
        try:
            # The same folder has several names.
            yield replace(place.model, name=found.name)
        finally:
            self._put_back(place)

    @property
    def names(self) -> list[str]:
        """Of the models in memory, the one that came last at the end."""
        with self._changing:
            return [place.model.name for place in self._places.values()]

    def _taken(self, found: FoundModel) -> _Place | None:
        with self._changing:
            place = self._places.get(_key(found))
            if place is not None:
                place.users += 1
            return place

    def _put(self, found: FoundModel, caller: Caller) -> _Place:
        with caller.holding(self._loading):
            if (place := self._taken(found)) is not None:  # Somebody loaded it while this caller waited.
                return place
            memory = self.loader.memory_bytes(found)
            self._make_room(memory, caller)
            place = _Place(self.loader.load(found, caller), memory)
            with self._changing:
                self._places[_key(found)] = place
            return place

    def _make_room(self, needed: int, caller: Caller) -> None:
        """What cannot be thrown out is waited for: whoever uses it needs no second one."""
        while self._is_too_little(needed):
            if not self._drop(self._longest_idle()):
                caller.tell("model")
                time.sleep(_LOOK_AGAIN_SECONDS)

    def _is_too_little(self, needed: int) -> bool:
        with self._changing:
            held = sum(place.memory_bytes for place in self._places.values())
        return bool(held) and held + needed > self.memory_bytes

    def _longest_idle(self) -> float:
        with self._changing:
            return min((place.free_since for place in self._places.values() if not place.users), default=-1.0)

    def _put_back(self, place: _Place) -> None:
        with self._changing:
            place.users -= 1
            place.free_since = self.clock()
            self._look_later()

    def _look_later(self) -> None:
        """The thread of a timer that is a daemon holds up no worker that stops."""
        idle = [place.free_since for place in self._places.values() if not place.users]
        if idle and self._timer is None:
            self._timer = threading.Timer(max(0.0, min(idle) + self.idle_seconds - self.clock()), self._drop_idle)
            self._timer.daemon = True
            self._timer.start()

    def _drop_idle(self) -> None:
        self._drop(self.clock() - self.idle_seconds)
        with self._changing:
            self._timer = None
            self._look_later()

    def _drop(self, idle_since: float) -> bool:
        """Throw out what nobody has used since then. Whether there was any."""
        with self._changing:
            keys = [key for key, place in self._places.items() if not place.users and place.free_since <= idle_since]
            for key in keys:
                del self._places[key]
        if keys:
            give_back_memory()
        return bool(keys)


def _key(found: FoundModel) -> FoundModel:
    return replace(found, name="")
