"""A lock that goes to whoever waits, and not back to the thread that had it last and asks for it again at once."""

import threading
from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Turns:
    """Those who wait have it in the order of their coming; who gives up waiting loses the place."""

    _changing: threading.Lock = field(default_factory=threading.Lock)
    _waiting: deque[threading.Event] = field(default_factory=deque)
    _is_taken: bool = False

    def acquire(self, *, timeout: float) -> bool:
        """Whether it could be had in so many seconds."""
        with self._changing:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        return mine.wait(timeout) or self._was_called_late(mine)

    def release(self) -> None:
        with self._changing:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False

    def _was_called_late(self, mine: threading.Event) -> bool:
        """Between the end of waiting and now."""
        with self._changing:
            if mine.is_set():
                return True
            self._waiting.remove(mine)
            return False
