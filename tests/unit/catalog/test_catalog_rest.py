"""The projection rests longer while it is busy."""

import pytest

from kinolog.catalog.domain.rest import Rest


@pytest.mark.parametrize(("events", "seconds"), [(1, 0.1), (49, 0.1), (50, 0.3), (1_000, 0.3)])
def test_a_busy_projection_rests_longer(events: int, seconds: float) -> None:
    assert seconds == Rest(seconds=0.1, busy_seconds=0.3, busy_events=50).after(events)
