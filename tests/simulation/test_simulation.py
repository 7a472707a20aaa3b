"""Whatever is killed, frozen, lost, late or said twice: every job ends once, and what it made is there once.

`KINOLOG_SIMULATION_SEEDS=5000` runs more of them, `KINOLOG_SIMULATION_FIRST=300` begins elsewhere.
"""

import os
from typing import Final

import pytest
from simulation.plan import plan_of
from simulation.virtual_time import run_in_virtual_time
from simulation.world import World, simulate

from kinolog.common.events import RecordedEvent

_COUNT: Final = int(os.environ.get("KINOLOG_SIMULATION_SEEDS", "300"))
_FIRST: Final = int(os.environ.get("KINOLOG_SIMULATION_FIRST", "0"))
_SEEDS_A_TEST: Final = 20
# What the runtime did wrong once. A seed means another course once the plan or the order of draws changes.
_REGRESSIONS: Final = {
    54: "a worker died of being given the job that it had just lost",
    118: "a delivery was forgotten on the word of a replica that lagged",
    233: "an attempt that nobody looked after any more kept its worker from stopping",
    390: "a worker died of a replica that did not know its job yet",
}


def check(seed: int) -> None:
    plan = plan_of(seed)
    if wrong := simulate(plan):
        pytest.fail("\n".join([f"seed {seed}:", *wrong, f"under {plan}"]))


@pytest.mark.parametrize("first", range(_FIRST, _FIRST + _COUNT, _SEEDS_A_TEST), ids=lambda first: f"from {first} on")
def test_every_promise_is_kept_whatever_happens(first: int) -> None:
    for seed in range(first, min(first + _SEEDS_A_TEST, _FIRST + _COUNT)):
        check(seed)


@pytest.mark.parametrize("seed", _REGRESSIONS, ids=_REGRESSIONS.get)
def test_what_was_wrong_once_stays_right(seed: int) -> None:
    check(seed)


def test_the_same_seed_leads_to_the_same_log() -> None:
    assert _course(7) == _course(7)


def _course(seed: int) -> list[str]:
    async def run() -> list[str]:
        world = World(plan_of(seed))
        await world.run()
        entries = (await world.place.log.scan(0, await world.place.log.last_sequence())).entries
        return [_without_ids(entry) for entry in entries if isinstance(entry, RecordedEvent)]

    return run_in_virtual_time(run())


def _without_ids(recorded: RecordedEvent) -> str:
    """What a job makes is named anew each time."""
    return f"{recorded.event.event_type} {recorded.subject.version} at {recorded.occurred_at}"
