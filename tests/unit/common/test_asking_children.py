"""What becomes of a program that ended without having told about its file."""

import signal

import pytest

from kinolog.common.errors import ChildFailed, PassingError, PermanentError
from kinolog.common.media.ask import explained


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_program_that_is_told_to_stop_says_nothing_about_its_file(number: signal.Signals) -> None:
    error = explained(ChildFailed(-number, ""))
    assert (PassingError, "child_stopped") == (type(error), error.kind)


def test_a_file_that_takes_too_much_work_will_do_so_again() -> None:
    error = explained(ChildFailed(-signal.SIGXCPU, ""))
    assert (PermanentError, "media_limits") == (type(error), error.kind)
