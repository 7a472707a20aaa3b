"""A service that cannot go on says why in a line for each reason, and ends with exit code 1."""

import pytest
from structlog.testing import capture_logs

from kinolog.common.errors import LogCorrupt
from kinolog.common.service import telling_why


def test_what_ends_a_service_is_told_once_and_without_a_traceback() -> None:
    broken = LogCorrupt("entry 7 is missing")
    with capture_logs() as told, pytest.raises(SystemExit) as ended, telling_why():
        raise ExceptionGroup("of tasks", [broken, ExceptionGroup("of tasks of tasks", [broken])])
    assert ([("critical", "entry 7 is missing")], 1) == (
        [(line["log_level"], line["error"]) for line in told],
        ended.value.code,
    )
