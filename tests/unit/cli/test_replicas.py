"""Only workers may run more than once, and the plan names each of them."""

from pathlib import Path

import pytest

from kinolog.cli.data_folder import DataFolder
from kinolog.cli.errors import BadSetting
from kinolog.cli.nats_server import NatsAccess
from kinolog.cli.plan import Plan, parse_replicas


def plan(*replicas: str) -> Plan:
    folder = DataFolder(Path("/data"))
    return Plan(folder=folder, port=8420, token="t", secrets_keys="k", replicas=parse_replicas(replicas))


def test_every_part_runs_once_unless_told_otherwise() -> None:
    assert ["catalog", "ingest", "transcribe", "render", "gateway"] == plan().all_names()


def test_replicas_get_numbers() -> None:
    assert ["render-1", "render-2"] == plan("ingest=3", "render=2").names("render")


@pytest.mark.parametrize("option", ["render", "render=0", "render=65", "render=-1", "render=1.5", "gateway=2", "=2"])
def test_nonsense_is_refused_with_the_right_form(option: str) -> None:
    with pytest.raises(BadSetting, match="write SERVICE=COUNT"):
        parse_replicas([option])


def test_parts_find_each_other_through_their_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_NATS_URL", "nats://somewhere.else")
    monkeypatch.setenv("KINOLOG_DATABASE_URL", "postgresql+asyncpg://db")

    environment = plan().commands("catalog", NatsAccess(4222, "secret"))[0].environment

    assert "nats://127.0.0.1:4222" == environment["KINOLOG_NATS_URL"]
    assert "secret" == environment["KINOLOG_NATS_PASSWORD"]
    assert "postgresql+asyncpg://db" == environment["KINOLOG_DATABASE_URL"]
    assert "file:///data/blobs" == environment["KINOLOG_BLOBS_URL"]


def test_only_who_needs_them_gets_the_keys_for_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_SECRETS_KEYS", "of the environment")
    services = ("catalog", "ingest", "transcribe", "render", "gateway")
    commands = [plan().commands(service, NatsAccess(4222, "secret"))[0] for service in services]
    assert ["", "k", "", "", "k"] == [command.environment["KINOLOG_SECRETS_KEYS"] for command in commands]


def test_secrets_do_not_show_in_the_plan() -> None:
    assert "token" not in repr(plan())
    assert "secrets_keys" not in repr(plan())
