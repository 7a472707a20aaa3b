"""Which pieces a file is received in, and what is known of them after a break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.ingest.domain.pieces import Plan, Received, piece_bytes_for


@pytest.mark.parametrize(
    ("total_bytes", "connections", "expected"),
    [(None, 4, None), (100, 1, None), (19, 4, None), (20, 4, 10), (640, 4, 10), (641, 4, 11), (64_000, 4, 1_000)],
)
def test_a_file_is_split_where_that_pays(total_bytes: int | None, connections: int, expected: int | None) -> None:
    assert expected == piece_bytes_for(total_bytes, connections=connections, least_bytes=10)


@given(st.integers(1, 300), st.integers(1, 100))
def test_pieces_make_up_the_file(total_bytes: int, piece_bytes: int) -> None:
    plan, end = Plan(total_bytes, piece_bytes), 0
    while piece := plan.take():
        assert (end, True) == (piece.begin, piece.end is not None)
        piece.received = (piece.end or 0) - piece.begin
        end = piece.end or 0
    assert (total_bytes, total_bytes) == (plan.first_bytes, plan.received_bytes)


def test_a_piece_that_somebody_works_on_is_not_taken_again() -> None:
    plan = Plan(30, 10)
    first = plan.take()
    assert [10, 20, None] == [piece and piece.begin for piece in (plan.take(), plan.take(), plan.take())]
    assert first is not None
    first.is_taken = False
    assert first is plan.take()


def test_a_file_of_unknown_size_is_one_piece_that_takes_everything() -> None:
    piece = Plan(None).take()
    assert piece is not None
    assert (10**12, False) == (piece.room(10**12), piece.is_complete)


def test_a_file_of_no_bytes_leaves_nothing_to_do() -> None:
    assert None is Plan(0).take()


def test_bytes_behind_a_gap_are_no_part_of_the_beginning() -> None:
    plan = Plan(30, 10)
    first, second = plan.take(), plan.take()
    assert first is not None
    assert second is not None
    first.received, second.received, second.crc = 4, 10, 77
    assert (4, 14, (Received(10, 10, 77),)) == (plan.first_bytes, plan.received_bytes, plan.others(4))


def test_pieces_that_the_hash_has_not_come_to_are_told_of_besides() -> None:
    plan = Plan(30, 10)
    for received in (10, 6):
        piece = plan.take()
        assert piece is not None
        piece.received, piece.crc = received, received
    assert (Received(0, 10, 10), Received(10, 6, 6)) == plan.others(3)


@given(st.integers(1, 200), st.integers(1, 50), st.data())
def test_a_plan_that_is_gone_on_with_has_what_was_received(
    total_bytes: int, piece_bytes: int, data: st.DataObject
) -> None:
    plan = Plan(total_bytes, piece_bytes)
    while piece := plan.take():
        piece.received = data.draw(st.integers(0, (piece.end or 0) - piece.begin))
    hashed = data.draw(st.integers(0, plan.first_bytes))
    again = Plan.gone_on_with(total_bytes, plan.piece_bytes, hashed, plan.others(hashed))
    assert (plan.received_bytes, plan.first_bytes) == (again.received_bytes, again.first_bytes)


def test_a_piece_whose_beginning_the_hash_vouched_for_is_not_told_of_by_crc_again() -> None:
    plan = Plan.gone_on_with(30, 10, 4, ())
    piece = plan.take()
    assert piece is not None
    piece.received = 8
    assert (8, ()) == (plan.first_bytes, plan.others(4))
