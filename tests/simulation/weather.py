"""What goes wrong between processes, how often, and until when: every draw comes from one seeded source."""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_LONGEST_LAG_SECONDS: Final = 0.5


class Fault(StrEnum):
    """Each strikes a call with the probability that the plan gives it."""

    APPEND_REFUSED = "an append fails, and nothing was written"
    APPEND_FORGOTTEN = "nobody knows of an append, and nothing was written"
    APPEND_UNKNOWN = "nobody knows of an append, and it was written"
    APPEND_LATE = "nobody knows of an append, and it is written later"
    APPEND_CONTESTED = "an append was written, and then is told as a conflict"
    READ_REFUSED = "a read fails"
    READ_STALE = "a read does not see what was written just now"
    TAIL_REPEATS = "the tail delivers again what it delivered before"
    TAIL_SKIPS = "the tail leaves an entry out"
    BEAT_LOST = "a sign of life is lost"
    BOARD_FORGETS = "no sign of life is known"
    ANSWER_LOST = "what a worker says of a delivery is lost"
    DELIVERED_TWICE = "a delivery is given to two workers at once"
    OUT_OF_ORDER = "deliveries come in any order"
    DELIVERY_FORGOTTEN = "the queue forgets what a dead worker held"
    HINT_LOST = "a hint is lost"


@dataclass
class Weather:
    """`outages` are spans of the loop's time, in seconds, during which the server is not there at all."""

    rng: random.Random
    rates: dict[Fault, float]
    outages: tuple[tuple[float, float], ...] = ()
    longest_delay_seconds: float = 0.05
    is_calm: bool = False

    def strikes(self, fault: Fault) -> bool:
        return not self.is_calm and self.rng.random() < self.rates.get(fault, 0.0)

    def is_down(self, now: float) -> bool:
        return not self.is_calm and any(begin <= now < end for begin, end in self.outages)

    def delay_seconds(self) -> float:
        """How long a message is under way: mostly short, sometimes not."""
        return self.longest_delay_seconds * self.rng.random() ** 3

    def lag_seconds(self) -> float:
        """How far behind a follower's copy of the log is."""
        return _LONGEST_LAG_SECONDS * self.rng.random()
