"""The pieces that a file is received in: one alone, or many that several connections take in the order of the file."""

from dataclasses import dataclass
from typing import Final, Self

# Each piece is a request, and a server may count those.
_MOST_PIECES: Final = 64


@dataclass(slots=True)
class Piece:
    """The bytes from `begin` to before `end`, or to wherever the file ends. `received` of them are on disk.

    `crc` is the CRC-32 of those; None where it is not known, as for what the file's own hash vouched for.
    """

    begin: int
    end: int | None
    received: int = 0
    crc: int | None = 0
    is_taken: bool = False

    @property
    def position(self) -> int:
        """Where the next byte belongs."""
        return self.begin + self.received

    @property
    def is_complete(self) -> bool:
        return self.end is not None and self.position >= self.end

    def room(self, size_bytes: int) -> int:
        """How many of so many more bytes belong to the piece."""
        return size_bytes if self.end is None else min(size_bytes, self.end - self.position)


@dataclass(frozen=True, slots=True)
class Received:
    """What a piece has that the hash of the file's beginning does not vouch for, or not for all of it."""

    begin: int
    received: int
    crc: int


class Plan:
    """`piece_bytes` is None for a single piece, `total_bytes` where the server does not say."""

    def __init__(self, total_bytes: int | None, piece_bytes: int | None = None) -> None:
        self.piece_bytes = piece_bytes
        if total_bytes is None or piece_bytes is None:
            self._pieces = [Piece(0, total_bytes)]
        else:
            begins = range(0, total_bytes, piece_bytes)
            self._pieces = [Piece(begin, min(begin + piece_bytes, total_bytes)) for begin in begins]

    @classmethod
    def gone_on_with(
        cls, total_bytes: int | None, piece_bytes: int | None, first_bytes: int, others: tuple[Received, ...]
    ) -> Self:
        """With `first_bytes` from the beginning of the file, and what `others` tell of besides."""
        plan, known = cls(total_bytes, piece_bytes), {each.begin: each for each in others}
        for piece in plan._pieces:
            if piece.begin in known:
                piece.received, piece.crc = known[piece.begin].received, known[piece.begin].crc
            elif piece.begin < first_bytes:
                piece.received, piece.crc = piece.room(first_bytes - piece.begin), None
        return plan

    @property
    def is_split(self) -> bool:
        return self.piece_bytes is not None

    @property
    def is_complete(self) -> bool:
        return all(piece.is_complete for piece in self._pieces)

    @property
    def received_bytes(self) -> int:
        return sum(piece.received for piece in self._pieces)

    @property
    def first_bytes(self) -> int:
        """How many bytes are here without a gap, from the beginning of the file."""
        for piece in self._pieces:
            if not piece.is_complete:
                return piece.position
        return self._pieces[-1].position

    def others(self, first_bytes: int) -> tuple[Received, ...]:
        """What is here besides the first bytes of the file."""
        behind = [piece for piece in self._pieces if piece.received and piece.position > first_bytes]
        return tuple(Received(each.begin, each.received, each.crc) for each in behind if each.crc is not None)

    def take(self) -> Piece | None:
        """The first piece that nobody works on; None where there is nothing left to do."""
        for piece in self._pieces:
            if not piece.is_taken and not piece.is_complete:
                piece.is_taken = True
                return piece
        return None


def piece_bytes_for(total_bytes: int | None, *, connections: int, least_bytes: int) -> int | None:
    """None where a file is better received in one piece."""
    if total_bytes is None or connections < 2 or total_bytes < 2 * least_bytes:
        return None
    return max(least_bytes, -(-total_bytes // _MOST_PIECES))
