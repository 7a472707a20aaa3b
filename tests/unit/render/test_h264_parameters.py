"""What the parameter sets of H.264 say, and how those of two encoders stand side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.render.domain.bits import BitReader
from kinolog.render.domain.h264 import ParameterSets, Sequence, sequence_of, units

# Made by x264: 320×180 in High profile at level 1.2, sets number 0.
BOX = bytes.fromhex("0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000468ef8fcbfdf8f800")
SETS = ParameterSets.parsed(BOX)


def written(number: int) -> str:
    """An Exp-Golomb number as bits."""
    bits = f"{number + 1:b}"
    return "0" * (len(bits) - 1) + bits


def packed(bits: str) -> bytes:
    whole = bits + "0" * (-len(bits) % 8)
    return bytes(int(whole[place : place + 8], 2) for place in range(0, len(whole), 8))


@given(st.lists(st.integers(0, 2**20)))
def test_numbers_are_read_as_they_are_written(numbers: list[int]) -> None:
    reader = BitReader(packed("".join(map(written, numbers))))
    assert numbers == [reader.number() for _ in numbers]


@pytest.mark.parametrize(("number", "signed"), [(0, 0), (1, 1), (2, -1), (3, 2), (4, -2)])
def test_signed_numbers_take_turns(number: int, signed: int) -> None:
    assert signed == BitReader(packed(written(number))).signed()


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x00" * 100])
def test_bits_that_are_no_number_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"end too early|too long"):
        BitReader(content).number()


def test_a_box_is_written_as_it_was_read() -> None:
    assert BOX == SETS.box


def test_a_set_tells_profile_level_size_and_kind_of_picture() -> None:
    expected = Sequence(number=0, profile=100, level=12, chroma=1, bits=8, width=20, height=12, is_progressive=True)
    assert expected == sequence_of(SETS.sequences[0])


def test_the_first_number_that_is_not_taken_is_free() -> None:
    assert 1 == SETS.free_number()


def test_sets_of_two_encoders_stand_side_by_side() -> None:
    both = ParameterSets.parsed(SETS.beside(SETS).box)
    assert (SETS.sequences * 2, SETS.pictures * 2, SETS.tail) == (both.sequences, both.pictures, both.tail)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_box_or_refused(content: bytes) -> None:
    try:
        sets = ParameterSets.parsed(content)
    except ValueError:
        return
    assert content[:5] == sets.head


@given(st.integers(0, len(BOX)))
def test_a_box_that_breaks_off_is_refused_or_lacks_its_tail(length: int) -> None:
    try:
        sets = ParameterSets.parsed(BOX[:length])
    except ValueError:
        return
    assert SETS.sequences == sets.sequences


@given(st.binary(max_size=40))
def test_any_bytes_are_a_sequence_or_refused(content: bytes) -> None:
    try:
        sequence = sequence_of(b"\x67" + content)
    except ValueError:
        return
    assert sequence.width > 0


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=5), st.sampled_from([2, 4]))
def test_a_packet_falls_into_its_units(parts: list[bytes], length_bytes: int) -> None:
    packet = b"".join(len(part).to_bytes(length_bytes, "big") + part for part in parts)
    assert parts == list(units(packet, length_bytes))


@pytest.mark.parametrize("packet", [b"\x00\x00\x00\x05abc", b"\x00\x00", b"\x00\x00\x00\x00", b"\x00\x00\x00\x01"])
def test_a_packet_that_ends_within_a_unit_is_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match="ends within a unit"):
        list(units(packet, 4))
