"""Which pieces of an upload count, whatever gateways wrote at the same time."""

from hypothesis import given
from hypothesis import strategies as st

from kinolog.gateway.domain.pieces import Piece, longest_chain, piece_name, piece_named

PIECES = st.lists(st.builds(Piece, st.integers(0, 20), st.integers(0, 6), st.text("ab", max_size=2)), max_size=15)


def end_of(pieces: list[Piece]) -> int:
    return sum(piece.size_bytes for piece in longest_chain(pieces))


def test_pieces_are_put_in_order() -> None:
    first, second = Piece(0, 5, "a"), Piece(5, 3, "b")
    assert (first, second) == longest_chain([second, first])


def test_what_is_beyond_a_gap_does_not_count() -> None:
    first = Piece(0, 5, "a")
    assert (first,) == longest_chain([first, Piece(6, 3, "b")])


def test_of_pieces_for_the_same_place_those_count_that_lead_farthest() -> None:
    short, long, after_short = Piece(0, 5, "a"), Piece(0, 9, "b"), Piece(5, 10, "c")
    assert (short, after_short) == longest_chain([long, short, after_short])


def test_no_piece_is_no_chain() -> None:
    assert () == longest_chain([])


@given(PIECES)
def test_a_chain_has_neither_gap_nor_overlap(pieces: list[Piece]) -> None:
    chain = longest_chain(pieces)
    assert [0, *(piece.end for piece in chain)][:-1] == [piece.start for piece in chain] if chain else chain == ()


@given(PIECES, st.builds(Piece, st.integers(0, 20), st.integers(0, 6), st.just("new")))
def test_one_more_piece_never_takes_bytes_away(pieces: list[Piece], more: Piece) -> None:
    assert end_of([*pieces, more]) >= end_of(pieces)


@given(st.integers(0, 2**63), st.integers(0, 2**63))
def test_a_piece_is_found_by_its_name(start: int, size_bytes: int) -> None:
    name = piece_name(start, "ab12")
    assert Piece(start, size_bytes, name) == piece_named(name, size_bytes)


def test_other_objects_are_no_pieces() -> None:
    assert [None, None, None] == [piece_named(name, 1) for name in ("info.json", "12-ab", "done.json")]
