"""Reading a bit string as H.264 writes its headers: plain bits and Exp-Golomb numbers."""

from typing import Final

_LONGEST_NUMBER: Final = 32


class BitReader:
    """Reads from the first bit on. Every method raises ValueError where the bits end, or are no number."""

    def __init__(self, content: bytes) -> None:
        self._content, self._place = content, 0

    def bits(self, count: int) -> int:
        value = 0
        for _ in range(count):
            value = value << 1 | self._bit()
        return value

    def number(self) -> int:
        """An unsigned Exp-Golomb number, `ue(v)`."""
        zeros = 0
        while not self._bit():
            zeros += 1
            if zeros > _LONGEST_NUMBER:
                raise ValueError("an Exp-Golomb number is too long")
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        """A signed Exp-Golomb number, `se(v)`."""
        number = self.number()
        return (number + 1) // 2 if number % 2 else -(number // 2)

    def _bit(self) -> int:
        byte, bit = divmod(self._place, 8)
        if byte >= len(self._content):
            raise ValueError("the bits end too early")
        self._place += 1
        return self._content[byte] >> (7 - bit) & 1
