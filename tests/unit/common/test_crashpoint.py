"""Named places where a process ends on demand, each tried in a process of its own."""

import os
import signal
import subprocess
import sys

import pytest

from kinolog.common.crashpoint import EXIT_STATUS, VARIABLE, Appointment

PASSES = """
from kinolog.common.crashpoint import crashpoint
for number in range(1, 4):
    print(number, flush=True)
    crashpoint("here")
    crashpoint("there")
"""


def passing(appointment: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {VARIABLE: appointment}
    return subprocess.run([sys.executable, "-c", PASSES], env=environment, capture_output=True, text=True, check=False)


def test_a_process_is_killed_at_the_pass_it_was_told() -> None:
    ended = passing("here:2:kill")
    assert (-signal.SIGKILL, "1\n2\n") == (ended.returncode, ended.stdout)


def test_a_process_leaves_at_the_pass_it_was_told_without_tidying_up() -> None:
    ended = passing("there:3:exit")
    assert (EXIT_STATUS, "1\n2\n3\n") == (ended.returncode, ended.stdout)


def test_a_process_freezes_at_the_pass_it_was_told() -> None:
    environment = os.environ | {VARIABLE: "here:1:stop"}
    process = subprocess.Popen([sys.executable, "-c", PASSES], env=environment, stdout=subprocess.PIPE)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    process.send_signal(signal.SIGCONT)
    assert (b"1\n2\n3\n", 0) == (process.communicate(timeout=10)[0], process.returncode)


@pytest.mark.parametrize("appointment", ["", "elsewhere:1:kill", "here:4:kill"])
def test_a_process_that_was_told_nothing_of_the_kind_goes_on(appointment: str) -> None:
    ended = passing(appointment)
    assert (0, "1\n2\n3\n") == (ended.returncode, ended.stdout)


@pytest.mark.parametrize("text", ["here", "here:1", ":1:kill", "here:0:kill", "here:x:kill", "here:1:sleep"])
def test_an_unclear_appointment_is_refused_with_the_fix(text: str) -> None:
    with pytest.raises(ValueError, match="write NAME:N:kill"):
        Appointment.parse(text)
