"""A job without work."""

from typing import Final

from kinolog.common.fields import Request
from kinolog.common.jobs.base import JobType, Output, StrictSeconds


class NoopInput(Request):
    """Does nothing, for as long as is asked: for measurements and for tests of the engine itself."""

    seconds: StrictSeconds = 0.0


class NoopOutput(Output):
    pass


NOOP_JOBS: Final = (JobType("noop", "bench", NoopInput, NoopOutput, needs_video=False, is_internal=True),)
