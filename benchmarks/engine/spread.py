"""How measured times spread: half of them, nearly all, the longest."""

import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent of all do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def spread(values: Sequence[float]) -> list[str]:
    """Cells for a table: median, 99th percentile and maximum."""
    return [f"{value:.1f}" for value in (statistics.median(values), percentile(values, 99), max(values))]
