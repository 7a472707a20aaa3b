"""An index of packets on disk: numbers of eight bytes, one after the other, about a megabyte for an hour of film."""

from array import array
from pathlib import Path
from typing import Final

from kinolog.render.domain.errand import Places
from kinolog.render.domain.packets import PacketIndex, PictureTrack

DIGEST_BYTES: Final = 8
_NUMBER: Final = "q"


def write_numbers(path: Path, numbers: "array[int]") -> None:
    with path.open("wb") as file:
        numbers.tofile(file)


def numbers_of() -> "array[int]":
    return array(_NUMBER)


def read_index(track: PictureTrack, places: Places) -> PacketIndex:
    return PacketIndex(track=track, shown=_read(places.shown), starts=_read(places.starts))


def _read(path: Path) -> "array[int]":
    numbers = array(_NUMBER)
    numbers.frombytes(path.read_bytes())
    return numbers
