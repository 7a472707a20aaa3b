"""What the simulation is worth: bugs that are planted on purpose are found, each by what it breaks."""

from typing import Final

import pytest
from simulation import plants
from simulation.plan import plan_of
from simulation.plants import Patch
from simulation.world import simulate

from kinolog.common.audit import Check

_MOST_SEEDS: Final = 50

BUGS: Final = {
    plants.ack_before_commit: Check.ENDED,
    plants.ack_although_the_job_was_lost: Check.ENDED,
    plants.append_without_expectation: Check.FENCING,
    plants.commit_whoever_owns_the_job: Check.FENCING,
    plants.commit_although_cancelled: Check.COURSE,
    plants.output_before_commit: Check.EFFECTS,
    plants.start_without_a_claim: Check.COURSE,
    plants.start_while_the_lease_holds: "thought lost before",
    plants.start_before_its_time: Check.ATTEMPTS,
    plants.retry_for_ever: Check.ATTEMPTS,
    plants.wait_for_ever: Check.ENDED,
    plants.beat_for_the_dead: Check.ENDED,
    plants.take_jobs_of_a_paused_queue: "although its queue is paused",
    plants.reap_without_a_word: Check.COURSE,
    plants.skip_gaps: "the row of",
    plants.checkpoint_before_rows: "the row of",
}


@pytest.mark.parametrize(("plant", "sign"), BUGS.items(), ids=[plant.__name__ for plant in BUGS])
def test_a_planted_bug_is_found(plant: plants.Plant, sign: str, monkeypatch: Patch) -> None:
    plant(monkeypatch)
    assert any(sign in wrong for seed in range(_MOST_SEEDS) for wrong in simulate(plan_of(seed)))
