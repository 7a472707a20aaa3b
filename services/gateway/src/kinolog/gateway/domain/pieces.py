"""The pieces that an upload arrived in, and which of them make up its bytes so far."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_NAME_DIGITS: Final = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """`size_bytes` bytes of an upload from `start` on, stored as `name`."""

    start: int
    size_bytes: int
    name: str

    @property
    def end(self) -> int:
        return self.start + self.size_bytes


def piece_name(start: int, token: str) -> str:
    """No two pieces share a name: of two gateways that receive the same bytes, neither overwrites the other's."""
    return f"{start:0{_NAME_DIGITS}}-{token}"


def piece_named(name: str, size_bytes: int) -> Piece | None:
    """What is stored as `name`, where that is a piece."""
    start, dash, _ = name.partition("-")
    is_piece = bool(dash) and len(start) == _NAME_DIGITS and start.isdecimal()
    return Piece(int(start), size_bytes, name) if is_piece else None


def longest_chain(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces that follow each other without a gap from the first byte on, as far as that goes.

    One more piece never makes it shorter, so an upload's offset only grows.
    """
    reached_by: dict[int, Piece] = {}
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end, piece.name)):
        if piece.size_bytes and (piece.start == 0 or piece.start in reached_by):
            reached_by.setdefault(piece.end, piece)
    return tuple(reversed(list(_backwards(reached_by))))


def _backwards(reached_by: Mapping[int, Piece]) -> Iterator[Piece]:
    end = max(reached_by, default=0)
    while end > 0:
        piece = reached_by[end]
        yield piece
        end = piece.start
