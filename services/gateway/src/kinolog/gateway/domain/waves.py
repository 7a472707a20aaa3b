"""What may be done at the same time, where some things must come after others."""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def waves(needs: Mapping[K, Collection[K]]) -> list[list[K]]:
    """The keys in groups, each of which needs earlier groups only.

    A key comes after what it needs in the mapping; needs that are no keys of it are met already.
    """
    grouped: list[list[K]] = []
    wave_of: dict[K, int] = {}
    for key, needed in needs.items():
        wave = 1 + max((wave_of[each] for each in needed if each in wave_of), default=-1)
        wave_of[key] = wave
        if wave == len(grouped):
            grouped.append([])
        grouped[wave].append(key)
    return grouped
