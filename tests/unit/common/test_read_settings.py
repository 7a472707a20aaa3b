"""What a service says of an environment that it cannot start with."""

import pytest

from kinolog.common.service import read_settings
from kinolog.common.settings import WorkerSettings


def test_every_variable_that_is_wrong_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_LEASE_SECONDS", "soon")
    monkeypatch.setenv("KINOLOG_LOG_LEVEL", "loud")
    with pytest.raises(SystemExit) as ended:
        read_settings("render", WorkerSettings)
    told = str(ended.value)
    assert told.startswith("The render service cannot start. KINOLOG_LOG_LEVEL: Input should be 'debug', ")
    assert "; KINOLOG_LEASE_SECONDS: Input should be a valid number" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("variable", "nonsense"),
    [
        ("KINOLOG_NATS_URL", "::::"),
        ("KINOLOG_BLOBS_URL", "blobs"),
        ("KINOLOG_LEASE_SECONDS", "0"),
        ("KINOLOG_LEASE_SECONDS", "inf"),
        ("KINOLOG_FINISH_GRACE_SECONDS", "nan"),
        ("KINOLOG_FINISH_GRACE_SECONDS", "-1"),
        ("KINOLOG_APPEND_GROUP_MAX_BYTES", "9" * 30),
        ("KINOLOG_ORIGINS", "https://a.example"),
    ],
)
def test_nonsense_ends_a_service_with_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, nonsense: str
) -> None:
    monkeypatch.setenv(variable, nonsense)
    with pytest.raises(SystemExit) as ended:
        read_settings("render", WithList)
    told = str(ended.value)
    assert told.startswith(f"The render service cannot start. {variable}: ")
    assert "\n" not in told


class WithList(WorkerSettings):
    origins: tuple[str, ...] = ()


def test_what_is_measured_downwards_may_be_less_than_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_SILENCE_DB", "-50")
    assert -50.0 == read_settings("ingest", WithLevel).silence_db


class WithLevel(WorkerSettings):
    silence_db: float = -40.0
