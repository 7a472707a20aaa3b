"""Figures as tables in Markdown: every figure of every round, and Kinolog's share of each peer's."""

import statistics
from collections.abc import Iterable
from typing import Final

from benchmarks.engine.trial import Figures

# Peer, then round.
Rounds = dict[str, dict[int, Figures]]

US: Final = "kinolog"
_COLUMNS: Final = {
    "enqueue_per_second": "enqueue/s",
    "drain_per_second": "drain/s",
    "followed_per_second": "drain and follow/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "max_ms": "max ms",
    "cpu_ms_per_job": "CPU ms/job",
    "worker_mib": "worker MiB",
}
_COMPARED: Final = ("enqueue_per_second", "drain_per_second", "p50_ms", "cpu_ms_per_job")


def tables(mode: str, rounds: Rounds) -> str:
    return f"**{mode.capitalize()}**\n\n{_figures(rounds)}\n\n{_shares(rounds)}"


def medians(rounds: Rounds, column: str) -> dict[str, float]:
    """Of each peer over its rounds."""
    return {peer: statistics.median(_column(figures.values(), column)) for peer, figures in rounds.items()}


def _figures(rounds: Rounds) -> str:
    rows = [
        [peer, *(" / ".join(map(short, _column(figures.values(), column))) for column in _COLUMNS)]
        for peer, figures in rounds.items()
    ]
    return table(["peer", *_COLUMNS.values()], rows)


def shares(rounds: Rounds, column: str) -> dict[str, float]:
    """The median over the rounds in which both took part of Kinolog's figure divided by the peer's."""
    return {peer: _share(rounds, peer, column) for peer in _compared(rounds)}


def _compared(rounds: Rounds) -> list[str]:
    return [peer for peer in rounds if peer != US and rounds[peer].keys() & rounds.get(US, {}).keys()]


def _shares(rounds: Rounds) -> str:
    columns = [shares(rounds, column) for column in _COMPARED]
    rows = [[f"{US} ÷ {peer}", *(f"{column[peer]:.2f}" for column in columns)] for peer in _compared(rounds)]
    return table(["same round", *(_COLUMNS[column] for column in _COMPARED)], rows) if rows else ""


def _share(rounds: Rounds, peer: str, column: str) -> float:
    both = rounds[US].keys() & rounds[peer].keys()
    quotients = [float(getattr(rounds[US][each], column) / getattr(rounds[peer][each], column)) for each in both]
    return statistics.median(quotients)


def _column(figures: Iterable[Figures], column: str) -> list[float]:
    return [getattr(each, column) for each in figures]


def short(figure: float) -> str:
    """Three digits or so."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])
