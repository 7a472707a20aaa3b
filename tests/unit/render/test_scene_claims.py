"""Programs that share the pieces of a film: every piece is measured, and by one of them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kinolog.render.adapters.scene_claims import Claims


def test_a_piece_is_given_once(tmp_path: Path) -> None:
    one, other = Claims(tmp_path, 3), Claims(tmp_path, 3)
    assert (True, False, True) == (one.take(1), other.take(1), other.take(2))


def test_the_last_pieces_are_left_to_whoever_comes_to_them(tmp_path: Path) -> None:
    claims = Claims(tmp_path, 5)
    assert [2, 4, 1, None] == [claims.take_any() for _ in range(4)]


def test_many_who_ask_at_once_get_different_pieces(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as programs:
        given = list(programs.map(lambda _: Claims(tmp_path, 40).take_any(), range(40)))
    pieces = [piece for piece in given if piece is not None]
    assert len(set(pieces)) == len(pieces) > 8
