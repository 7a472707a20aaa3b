"""How much room a project takes, and what its uploads under way announce."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Taken:
    """`used_bytes` by the `video_count` videos that are not deleted, `announced_bytes` by unfinished uploads."""

    used_bytes: int
    video_count: int
    announced_bytes: int


def announced_bytes(input_data: Any) -> int:
    """What an upload job says its file has; nothing where it says no number."""
    size = input_data.get("size_bytes") if isinstance(input_data, dict) else None
    return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else 0
