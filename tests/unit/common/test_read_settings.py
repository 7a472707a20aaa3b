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
