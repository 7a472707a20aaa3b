"""Sound is cut where it is quiet, nothing of it is lost, and no more of it is held than one piece."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.transcribe.adapters.cutting import RATE, Samples, as_sound, cut, without_first


def noise(seconds: float, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).integers(-9_000, 9_000, int(seconds * RATE), dtype=np.int16)


def in_chunks(samples: Samples, length: int) -> Iterator[Samples]:
    for start in range(0, len(samples), length):
        yield samples[start : start + length]


def test_a_cut_is_made_in_the_pause() -> None:
    sound = noise(10)
    sound[int(4.5 * RATE) : int(5.0 * RATE)] = 0

    (first, is_first_last), *_, (_, is_last_last) = cut(in_chunks(sound, 1_024), 5 * RATE)

    assert 4.5 < len(first) / RATE < 5.0
    assert (False, True) == (is_first_last, is_last_last)


@given(st.floats(0, 12), st.integers(300, 30_000), st.floats(0.25, 5))
def test_nothing_is_lost_and_no_piece_is_too_long(seconds: float, chunk: int, longest_seconds: float) -> None:
    sound, longest = noise(seconds), int(longest_seconds * RATE)

    pieces = list(cut(in_chunks(sound, chunk), longest))

    assert np.array_equal(sound, np.concatenate([piece for piece, _ in pieces] or [sound[:0]]))
    assert all(0 < len(piece) <= longest for piece, _ in pieces)
    assert [False] * (len(pieces) - 1) + [True] * bool(pieces) == [is_last for _, is_last in pieces]


@given(st.integers(500, 9_000), st.integers(0, 4))
def test_pieces_are_the_same_when_the_cutting_begins_at_one_of_them(chunk: int, number: int) -> None:
    sound = noise(11)
    all_of_it = [piece for piece, _ in cut(in_chunks(sound, chunk), 3 * RATE)]
    begin = sum(len(piece) for piece in all_of_it[:number])

    rest = [piece for piece, _ in cut(without_first(in_chunks(sound, chunk), begin), 3 * RATE)]

    assert len(all_of_it[number:]) == len(rest)
    assert all(np.array_equal(expected, piece) for expected, piece in zip(all_of_it[number:], rest, strict=True))


@pytest.mark.parametrize("length", [0, RATE, 10 * RATE])
def test_what_fits_is_one_piece(length: int) -> None:
    assert [length] * bool(length) == [len(piece) for piece, _ in cut([noise(length / RATE)], 10 * RATE)]


def test_sound_lies_between_minus_one_and_one() -> None:
    assert [-1.0, 0.0, 0.5] == list(as_sound(np.array([-32_768, 0, 16_384], dtype=np.int16)))
