"""How many films at once, on how many threads each."""

import pytest

from kinolog.render.domain.capacity import Capacity, EncoderNeeds, capacity_of

GIB = 1024**3
NEEDS = EncoderNeeds(cores=8, memory_bytes=3 * GIB)


@pytest.mark.parametrize(
    ("cores", "gib", "is_whole", "slots", "expected"),
    [
        (2, 24, True, 0, Capacity(slots=1, threads=0, decode_threads=1)),
        (8, 32, True, 0, Capacity(slots=1, threads=0, decode_threads=4)),
        (16, 32, True, 0, Capacity(slots=2, threads=12, decode_threads=4)),
        (64, 256, True, 0, Capacity(slots=8, threads=12, decode_threads=4)),
        (64, 7, True, 0, Capacity(slots=2, threads=48, decode_threads=16)),
        (64, 1, True, 0, Capacity(slots=1, threads=0, decode_threads=32)),
        (4, 16, False, 0, Capacity(slots=1, threads=6, decode_threads=2)),
        (1, 1, False, 0, Capacity(slots=1, threads=1, decode_threads=1)),
        (8, 32, True, 3, Capacity(slots=3, threads=4, decode_threads=1)),
        (1, 32, True, 4, Capacity(slots=4, threads=1, decode_threads=1)),
    ],
)
def test_cores_are_shared_and_never_taken_twice(
    cores: int, gib: int, is_whole: bool, slots: int, expected: Capacity
) -> None:
    memory_bytes = gib * GIB
    assert expected == capacity_of(cores=cores, memory_bytes=memory_bytes, is_whole=is_whole, needs=NEEDS, slots=slots)
