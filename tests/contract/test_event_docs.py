"""The page of all events says what the classes say."""

from pathlib import Path

from kinolog.common.events.catalogue import markdown


def test_the_page_of_all_events_is_current() -> None:
    page = Path(__file__).parents[2] / "docs/events.md"
    assert markdown() == page.read_text(), "run ./dev docs"
