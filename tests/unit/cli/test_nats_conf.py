"""What the embedded nats-server is told, and what of it is remembered."""

import socket
import stat
from pathlib import Path

import pytest

from kinolog.cli import nats_server
from kinolog.cli.errors import StartFailed
from kinolog.cli.nats_server import NatsAccess, prepare, render_conf


def test_every_write_is_flushed_unless_relaxed() -> None:
    access = NatsAccess(4222, "secret")

    assert "sync_interval: always\n" in render_conf(access, "always")
    assert "sync_interval: 2m\n" in render_conf(access, "2m")


def test_only_this_machine_gets_in_and_only_with_the_password() -> None:
    conf = render_conf(NatsAccess(4222, "secret"), "always")

    assert 'listen: "127.0.0.1:4222"' in conf
    assert 'authorization { users: [ { user: "kinolog", password: "secret" } ] }' in conf
    assert 'accounts { $SYS: { users: [ { user: "watcher", password: "secret" } ] } }' in conf


def test_no_limit_but_the_disk_is_set_to_the_log() -> None:
    assert "max_file_store: 1PB\n" in render_conf(NatsAccess(4222, "secret"), "always")


def test_port_and_password_are_kept_for_the_next_start(tmp_path: Path) -> None:
    assert prepare(tmp_path, "always") == prepare(tmp_path, "always")


def test_a_port_that_is_taken_by_now_is_replaced(tmp_path: Path) -> None:
    before = prepare(tmp_path, "always")
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", before.port))
        squatter.listen()

        after = prepare(tmp_path, "always")

    assert (before.password, True) == (after.password, before.port != after.port)


def test_the_password_is_private(tmp_path: Path) -> None:
    prepare(tmp_path, "always")

    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}


def test_a_damaged_memory_is_named(tmp_path: Path) -> None:
    (tmp_path / "access.json").write_text("{")

    with pytest.raises(StartFailed, match=r"access\.json is damaged"):
        prepare(tmp_path, "always")


def test_only_what_matters_of_the_server_is_shown() -> None:
    shown: list[str] = []
    log = nats_server.without_chatter(lambda _, line: shown.append(line))

    for line in ("[1] [INF] Server is ready", "[1] [WRN] Plaintext passwords detected", "[1] [ERR] disk full"):
        log("nats", line)

    assert ["[1] [ERR] disk full"] == shown
