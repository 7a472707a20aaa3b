"""The parameter sets of H.264: what they say of a picture, and how those of two encoders stand side by side.

A decoder takes the set that a frame names by number, so frames of two encoders share a film once their numbers differ.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from kinolog.render.domain.bits import BitReader

SLICES: Final = frozenset({1, 5})
IDR_SLICE: Final = 5
PARAMETER_SETS: Final = frozenset({7, 8})
EIGHT_BITS: Final = 8
CHROMA_420: Final = 1

_NUMBERS: Final = range(32)
_AVCC_VERSION: Final = 1
_LONGEST_HEADER: Final = 6
_WITH_CHROMA: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_SEPARATE_PLANES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """What a sequence parameter set says; sizes are in macroblocks of 16×16."""

    number: int
    profile: int
    level: int
    chroma: int
    bits: int
    width: int
    height: int
    is_progressive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSets:
    """The `avcC` box of MP4: `head` is its first five bytes, `tail` what follows the sets."""

    head: bytes
    sequences: tuple[bytes, ...]
    pictures: tuple[bytes, ...]
    tail: bytes = b""

    @classmethod
    def parsed(cls, box: bytes) -> "ParameterSets":
        """Raises ValueError for anything else."""
        if len(box) <= _LONGEST_HEADER or box[0] != _AVCC_VERSION:
            raise ValueError("no avcC box")
        sequences, place = _sets(box, 6, box[5] & 0x1F)
        pictures, end = _sets(box, place + 1, box[place] if place < len(box) else 0)
        if not sequences or not pictures:
            raise ValueError("an avcC box without parameter sets")
        return cls(head=box[:5], sequences=sequences, pictures=pictures, tail=box[end:])

    @property
    def length_bytes(self) -> int:
        """How many bytes before each unit of a packet tell its length."""
        return (self.head[4] & 3) + 1

    @property
    def box(self) -> bytes:
        sequences, pictures = _counted(self.sequences), _counted(self.pictures)
        counts = bytes([0xE0 | len(self.sequences)]), bytes([len(self.pictures)])
        return self.head + counts[0] + sequences + counts[1] + pictures + self.tail

    def free_number(self) -> int:
        """A number that no set here has. Raises ValueError where all are taken."""
        taken = {sequence_of(unit).number for unit in self.sequences}
        taken |= {_picture_number(unit) for unit in self.pictures}
        free = next((number for number in _NUMBERS if number not in taken), None)
        if free is None:
            raise ValueError("all numbers of parameter sets are taken")
        return free

    def beside(self, other: "ParameterSets") -> "ParameterSets":
        """These sets and another encoder's, under the header of these."""
        return replace(self, sequences=self.sequences + other.sequences, pictures=self.pictures + other.pictures)

    def __contains__(self, unit: bytes) -> bool:
        return unit in self.sequences or unit in self.pictures


def sequence_of(unit: bytes) -> Sequence:
    """Raises ValueError for a damaged set."""
    reader = BitReader(_unescaped(unit[1:]))
    profile, _, level = reader.bits(8), reader.bits(8), reader.bits(8)
    number = reader.number()
    chroma, bits = _chroma(reader) if profile in _WITH_CHROMA else (CHROMA_420, EIGHT_BITS)
    _skip_order(reader)
    _, _, width, height = reader.number(), reader.bits(1), reader.number() + 1, reader.number() + 1
    return Sequence(
        number=number,
        profile=profile,
        level=level,
        chroma=chroma,
        bits=bits,
        width=width,
        height=height,
        is_progressive=bool(reader.bits(1)),
    )


def units(packet: bytes, length_bytes: int) -> Iterator[bytes]:
    """The units of a packet as MP4 keeps them. Raises ValueError for a packet that ends within one."""
    place = 0
    while place < len(packet):
        begin = place + length_bytes
        place = begin + int.from_bytes(packet[place:begin], "big")
        if begin >= len(packet) or place > len(packet) or place == begin:
            raise ValueError("a packet ends within a unit")
        yield packet[begin:place]


def kind_of(unit: bytes) -> int:
    return unit[0] & 0x1F


def _sets(box: bytes, place: int, count: int) -> tuple[tuple[bytes, ...], int]:
    found: list[bytes] = []
    for _ in range(count):
        length = int.from_bytes(box[place : place + 2], "big")
        found.append(box[place + 2 : place + 2 + length])
        place += 2 + length
    if place > len(box) or not all(found):
        raise ValueError("an avcC box ends too early")
    return tuple(found), place


def _counted(sets: Iterable[bytes]) -> bytes:
    return b"".join(chain.from_iterable((len(unit).to_bytes(2, "big"), unit) for unit in sets))


def _picture_number(unit: bytes) -> int:
    return BitReader(_unescaped(unit[1:])).number()


def _unescaped(content: bytes) -> bytes:
    """Without the bytes that keep three zeros in a row from looking like a start code."""
    return content.replace(b"\x00\x00\x03", b"\x00\x00")


def _chroma(reader: BitReader) -> tuple[int, int]:
    chroma = reader.number()
    if chroma == _SEPARATE_PLANES:
        reader.bits(1)
    luma_bits, chroma_bits = reader.number() + EIGHT_BITS, reader.number() + EIGHT_BITS
    reader.bits(1)
    if reader.bits(1):
        _skip_scaling(reader, 8 if chroma != _SEPARATE_PLANES else 12)
    return chroma, max(luma_bits, chroma_bits)


def _skip_scaling(reader: BitReader, lists: int) -> None:
    for number in range(lists):
        if reader.bits(1):
            _skip_scaling_list(reader, 16 if number < 6 else 64)


def _skip_scaling_list(reader: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + reader.signed()) % 256
        last = following or last


def _skip_order(reader: BitReader) -> None:
    """How frames are counted, which is written in one of three ways."""
    reader.number()
    way = reader.number()
    if way == 0:
        reader.number()
    elif way == 1:
        reader.bits(1)
        reader.signed()
        reader.signed()
        for _ in range(reader.number()):
            reader.signed()
