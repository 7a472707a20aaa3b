"""Programs that share the pieces of a film: every piece is measured, and by one of them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kinolog.render.adapters.scene_claims import Claims


def test_a_piece_is_given_once(tmp_path: Path) -> None:
    one, other = Claims(tmp_path, 3), Claims(tmp_path, 3)
    assert (True, False, True) == (one.take(1), other.take(1), other.take(2))


def test_nothing_is_left_when_all_pieces_are_taken(tmp_path: Path) -> None:
    claims = Claims(tmp_path, 3)
    assert [1, 2, 0, None] == [claims.take_any() for _ in range(4)]


def test_many_who_ask_at_once_get_different_pieces(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as programs:
        given = list(programs.map(lambda _: Claims(tmp_path, 40).take_any(), range(40)))
    assert list(range(40)) == sorted(piece for piece in given if piece is not None)
