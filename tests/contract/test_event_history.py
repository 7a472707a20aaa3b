"""Every version of every event that was ever published has a stored sample, and today's code decodes them all."""

import json
from pathlib import Path

import pytest

from kinolog.common.events.base import decode, event_classes

HISTORY = Path(__file__).parent / "history"
SAMPLES = sorted(HISTORY.glob("*.json"))


def name_of(path: Path) -> tuple[str, int]:
    event_type, _, version = path.stem.rpartition(".v")
    return event_type, int(version)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_stored_sample_is_decoded_by_todays_code(path: Path) -> None:
    event_type, version = name_of(path)
    sample = json.loads(path.read_text())
    event = decode(event_type, version, sample["stored"])
    assert sample["today"] == event.model_dump(mode="json")


def test_every_version_up_to_todays_has_a_sample() -> None:
    published = {
        (event_type, version)
        for event_type, cls in event_classes().items()
        for version in range(1, cls.data_version + 1)
        if cls.__module__.startswith("kinolog.")
    }
    assert published == {name_of(path) for path in SAMPLES}
