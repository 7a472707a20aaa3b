"""What looks wrong when several stretches are heard at a time is heard again, and nothing else is."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from harness.hearing import said

from kinolog.transcribe.domain.second_thoughts import with_second_thoughts
from kinolog.transcribe.domain.transcript import Segment

ONE: Final = said(("one", 1, 2))
TWO: Final = said(("two", 31, 32))
THREE: Final = said(("three", 61, 62))
UNSURE: Final = replace(TWO, average_log_probability=-1.2)
LOOP: Final = tuple(said(("thank you", 30 + second, 31 + second)) for second in range(20))


@dataclass
class Again:
    """Hears the same whenever it is asked, and notes what for."""

    asked: list[tuple[float, float | None]] = field(default_factory=list)

    def __call__(self, start: float, end: float | None) -> Iterator[Segment]:
        self.asked.append((start, end))
        yield TWO


def test_what_sounds_right_is_not_heard_again() -> None:
    again = Again()

    assert [ONE, TWO, THREE] == list(with_second_thoughts([(ONE,), (TWO,), (THREE,)], again))
    assert [] == again.asked


def test_unsure_words_are_heard_again_between_their_neighbours() -> None:
    again = Again()

    assert [ONE, TWO, THREE] == list(with_second_thoughts([(ONE,), (UNSURE,), (THREE,)], again))
    assert [(2.0, 61.0)] == again.asked


def test_a_loop_is_heard_again_though_each_of_its_lines_looks_right() -> None:
    again = Again()

    assert [ONE, TWO] == list(with_second_thoughts([(ONE,), LOOP], again))
    assert [(2.0, None)] == again.asked


def test_a_sound_may_begin_wrong() -> None:
    again = Again()

    list(with_second_thoughts([(UNSURE,)], again))

    assert [(0.0, None)] == again.asked


def test_silence_is_left_alone() -> None:
    assert [] == list(with_second_thoughts([], Again()))
