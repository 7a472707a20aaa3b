"""The fence around the program that reads sites, tried from inside, in a process of its own."""

import subprocess
import sys

import pytest

CONFINED = """
from kinolog.ingest.site_program.confinement import confine
import os, socket, subprocess, urllib.request
confine("http://kinolog:token@127.0.0.1:{port}")
try:
    {attempt}
except PermissionError as error:
    print("refused")
except OSError as error:
    print("failed")
else:
    print("done")
"""


def attempted(attempt: str, port: int = 9) -> str:
    script = CONFINED.format(attempt=attempt, port=port)
    return subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60
    ).stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "subprocess.run(['/bin/true'])",
        "os.system('true')",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.fork()",
        "socket.create_connection(('127.0.0.1', 10))",
        "socket.create_connection(('169.254.169.254', 9))",
        "socket.getaddrinfo('localhost', 9)",
        "socket.socket(socket.AF_UNIX).connect('/run/x.sock')",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
        "socket.socket().bind(('127.0.0.1', 0))",
    ],
)
def test_no_program_is_started_and_nothing_else_is_reached(attempt: str) -> None:
    assert "refused" == attempted(attempt)


def test_the_way_out_itself_may_be_used() -> None:
    assert "failed" == attempted("socket.create_connection(('127.0.0.1', 9), timeout=5)")
