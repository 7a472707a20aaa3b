"""What happens in one simulation: all of it follows from the seed, so a failure can be told and run again."""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from simulation.weather import Fault

FAULT_SECONDS: Final = 20.0
_USUAL_SECONDS_TO_ASKING: Final = 3.0
_HIGHEST_RATES: Final = dict.fromkeys(Fault, 0.12) | {
    Fault.TAIL_SKIPS: 0.5,
    Fault.DELIVERY_FORGOTTEN: 1.0,
}


class Blow(StrEnum):
    """What may be done to a process. A killed or stopped worker is started anew, as another one."""

    KILL = "kill"
    FREEZE = "freeze"
    STOP = "stop"


class Wish(StrEnum):
    """What a client may ask for."""

    CANCEL = "cancel"
    RETRY = "retry"
    REPRIORITISE = "reprioritise"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class JobPlan:
    """Times in seconds, `at` of the simulation and the others as the submitter says them."""

    at: float
    priority: int
    max_retries: int
    not_before_in: float | None
    total_timeout: float | None


@dataclass(frozen=True, slots=True)
class Asking:
    at: float
    wish: Wish
    job: int
    priority: int


@dataclass(frozen=True, slots=True)
class Strike:
    """`seconds` is how long a frozen worker stays so, or a killed one is away."""

    at: float
    worker: int
    blow: Blow
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """`slots` are those of each worker. `fuses` are after how many crossings of its link a worker is killed by the next
    one, for one start of a worker after the other, whichever it is, and `projection_fuses` those of the projection.
    """

    seed: int
    slots: tuple[int, ...]
    jobs: tuple[JobPlan, ...]
    askings: tuple[Asking, ...]
    strikes: tuple[Strike, ...]
    fuses: tuple[int | None, ...]
    projection_fuses: tuple[int | None, ...]
    rates: dict[Fault, float]
    outages: tuple[tuple[float, float], ...]
    is_paused_at_the_end: bool


def plan_of(seed: int) -> Plan:
    rng = random.Random(seed)
    slots = tuple(rng.randint(1, 3) for _ in range(rng.randint(2, 4)))
    jobs = tuple(_job(rng) for _ in range(rng.randint(3, 8)))
    return Plan(
        seed=seed,
        slots=slots,
        jobs=jobs,
        askings=tuple(_asking(rng, jobs) for _ in range(rng.randint(0, 12))),
        strikes=tuple(_strike(rng, len(slots)) for _ in range(rng.randint(1, 8))),
        fuses=tuple(rng.randint(5, 150) if rng.random() < 0.4 else None for _ in range(12)),
        projection_fuses=tuple(rng.randint(10, 60) for _ in range(rng.randint(0, 4))),
        rates=_rates(rng),
        outages=_outages(rng),
        is_paused_at_the_end=rng.random() < 0.3,
    )


def _job(rng: random.Random) -> JobPlan:
    return JobPlan(
        at=rng.uniform(0, FAULT_SECONDS * 0.6),
        priority=rng.choice((0, 0, 5, 10)),
        max_retries=rng.randint(0, 2),
        not_before_in=rng.uniform(1, 10) if rng.random() < 0.2 else None,
        total_timeout=rng.uniform(5, 60) if rng.random() < 0.15 else None,
    )


def _asking(rng: random.Random, jobs: tuple[JobPlan, ...]) -> Asking:
    job = rng.randrange(len(jobs))
    wish = rng.choices(tuple(Wish), weights=(8, 3, 3, 1, 2))[0]
    at = min(jobs[job].at + rng.expovariate(1 / _USUAL_SECONDS_TO_ASKING), FAULT_SECONDS)
    return Asking(at, wish, job, rng.randint(0, 10))


def _strike(rng: random.Random, workers: int) -> Strike:
    blow = rng.choices(tuple(Blow), weights=(1, 4, 1))[0]
    return Strike(rng.uniform(0, FAULT_SECONDS), rng.randrange(workers), blow, rng.uniform(1, 8))


def _rates(rng: random.Random) -> dict[Fault, float]:
    """Half of the faults in each simulation: too many at once hide each other. Hints are never sure to come."""
    rates = {fault: rng.uniform(0, highest) for fault, highest in _HIGHEST_RATES.items() if rng.random() < 0.5}
    return rates | {Fault.HINT_LOST: max(rng.random(), rng.random())}


def _outages(rng: random.Random) -> tuple[tuple[float, float], ...]:
    begins = [rng.uniform(0, FAULT_SECONDS) for _ in range(rng.choice((0, 0, 1, 2)))]
    return tuple((begin, begin + rng.uniform(0.3, 6)) for begin in begins)
