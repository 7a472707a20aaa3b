"""What the benchmarks make of their figures."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from benchmarks.engine.chart import bars
from benchmarks.engine.report import tables
from benchmarks.engine.roster import PINS, ROOT, Missing, peers
from benchmarks.engine.spread import percentile
from benchmarks.engine.trial import Figures

FIGURES = Figures(
    enqueue_per_second=1_000.0,
    drain_per_second=1_000.0,
    followed_per_second=900.0,
    p50_ms=4.0,
    p99_ms=9.0,
    max_ms=20.0,
    cpu_ms={"worker": 0.5, "service": 0.25, "companions": 0.25},
    worker_mib=50.0,
)


def faster(times: float) -> Figures:
    return replace(FIGURES, drain_per_second=FIGURES.drain_per_second * times)


def test_a_percentile_is_a_value_that_so_many_do_not_exceed() -> None:
    values = [float(value) for value in range(1, 201)]
    assert [100.0, 198.0, 200.0] == [percentile(values, percent) for percent in (50, 99, 100)]


def test_a_ratio_compares_figures_of_the_same_round() -> None:
    rounds = {"kinolog": {1: faster(1), 2: faster(4)}, "celery": {1: faster(0.5), 2: faster(2)}}
    assert "| kinolog ÷ celery | 1.00 | 2.00 |" in tables("relaxed", rounds)


def test_a_round_that_a_peer_missed_counts_in_no_ratio_with_it() -> None:
    rounds = {"kinolog": {1: faster(1), 2: faster(8)}, "dbos": {1: faster(0.25)}}
    assert "| kinolog ÷ dbos | 1.00 | 4.00 |" in tables("strict", rounds)


def test_the_cpu_time_of_a_job_is_that_of_all_who_worked_on_it() -> None:
    assert 1.0 == FIGURES.cpu_ms_per_job


def test_a_picture_is_well_formed_and_begins_with_the_fastest() -> None:
    picture = ElementTree.fromstring(bars("Jobs & more", {"celery": 500.0, "kinolog": 1_000.0}, {"celery": 2.0}))  # noqa: S314  # ours
    widths = [float(bar.get("width", 0)) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert sorted(widths, reverse=True) == widths


def test_an_unknown_peer_is_refused_by_name() -> None:
    with pytest.raises(Missing, match="there is no peer sidekick"):
        peers(["kinolog", "sidekick"])


@pytest.mark.parametrize("name", PINS["peers"])
def test_every_peer_has_a_script(name: str) -> None:
    assert list((ROOT / "benchmarks" / "peers").glob(f"{name}_peer.*"))
