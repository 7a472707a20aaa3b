"""What was folded last is remembered only for as long as the rows are those that it was written to."""

from kinolog.catalog.domain.folding import Folded, Key
from kinolog.catalog.domain.recent import Recent
from kinolog.common.aggregates import PROJECT
from kinolog.common.aggregates.base import unborn

KEYS = [Key("project", f"prj_{number}") for number in range(4)]


def folded(*keys: Key) -> dict[Key, Folded]:
    return {key: unborn(PROJECT, key.id) for key in keys}


def test_what_was_written_is_known_at_the_mark_that_was_left() -> None:
    recent = Recent(10)
    recent.remember(folded(KEYS[0]), before=0, after=1)
    assert folded(KEYS[0]) == recent.known(KEYS, 1)


def test_nothing_is_known_at_another_mark() -> None:
    recent = Recent(10)
    recent.remember(folded(KEYS[0]), before=0, after=1)
    assert {} == recent.known(KEYS, 2)


def test_what_was_known_at_another_mark_does_not_come_back() -> None:
    recent = Recent(10)
    recent.remember(folded(KEYS[0]), before=0, after=1)
    recent.remember(folded(KEYS[1]), before=2, after=3)
    assert folded(KEYS[1]) == recent.known(KEYS, 3)


def test_those_that_were_written_longest_ago_are_forgotten_first() -> None:
    recent = Recent(2)
    recent.remember(folded(KEYS[0], KEYS[1]), before=0, after=1)
    recent.remember(folded(KEYS[0], KEYS[2]), before=1, after=2)
    assert folded(KEYS[0], KEYS[2]) == recent.known(KEYS, 2)
