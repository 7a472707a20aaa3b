"""More workers, more work: the rate at which jobs that only take time are done, with one worker and with four."""

import uvloop

from benchmarks.engine import machine
from benchmarks.engine.lab import Lab, laboratory, options
from benchmarks.engine.noop import events, submit
from benchmarks.engine.report import table
from benchmarks.engine.services import Mode
from benchmarks.peers.contract import at_once
from kinolog.common.events.job import JobCompleted, JobStarted

_JOB_SECONDS = 0.1
_SLOTS = 10
_IN_FLIGHT = 64


async def main(mode: Mode, jobs: int, workers: int) -> None:
    """`jobs` is how many there are for each worker."""
    rates = {}
    for count in (1, workers):
        async with laboratory(mode) as lab, lab.catalog(), lab.workers(count, slots=_SLOTS):
            rates[count] = await _rate(lab, jobs * count)
    print(machine.in_words(machine.describe()), end="\n\n")
    rows = [[str(count), f"{rate:.1f}", f"{rate / rates[1]:.2f}"] for count, rate in rates.items()]
    print(table([f"workers of {_SLOTS} slots, {_JOB_SECONDS * 1000:.0f} ms jobs, {mode}", "jobs/s", "ratio"], rows))


async def _rate(lab: Lab, jobs: int) -> float:
    """Jobs a second, from the first start to the last completion as the log has them."""
    seen = events(lab.log, await lab.log.last_sequence())
    await at_once(jobs, _IN_FLIGHT, lambda _: submit(lab.log, seconds=_JOB_SECONDS))
    began, left = None, jobs
    async for recorded in seen:
        if began is None and isinstance(recorded.event, JobStarted):
            began = recorded.occurred_at
        left -= isinstance(recorded.event, JobCompleted)
        if began is not None and left == 0:
            return jobs / (recorded.occurred_at - began).total_seconds()
    raise RuntimeError("the log ended, which it never does")


if __name__ == "__main__":
    given = options("Compare one worker with several.", jobs=500, workers=4)
    uvloop.run(main(given.mode, given.jobs, given.workers))
