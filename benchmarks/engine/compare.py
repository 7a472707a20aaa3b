"""The comparison: whole rounds over all peers, so that a slow minute of the machine hits every peer alike."""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.engine import chart, machine, report
from benchmarks.engine.process import Broken
from benchmarks.engine.roster import PINS, ROOT, Missing, Peer, peers
from benchmarks.engine.services import MODES, Mode
from benchmarks.engine.trial import Figures, Load, run_trial

_IMAGES = ROOT / "docs" / "images"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    round: int
    mode: Mode
    peer: str
    figures: Figures


def main(arguments: list[str]) -> None:
    options = _options(arguments)
    modes = MODES if options.mode == "both" else (options.mode,)
    try:
        chosen = peers(options.peers.split(","))
    except Missing as error:
        sys.exit(str(error))
    where = machine.describe()
    trials = asyncio.run(_rounds(chosen, modes, Load(jobs=options.jobs, trips=options.latency), options.rounds))
    print(_as_text(trials, modes, where, options))
    if options.json:
        options.json.write_text(json.dumps(_as_data(trials, where, options), indent=1) + "\n")
    if options.images:
        _draw(trials, modes)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measure Kinolog beside other job engines.")
    parser.add_argument("--peers", default=",".join(PINS["peers"]), help="which, by name (default: all)")
    parser.add_argument("--jobs", type=int, default=2000, help="jobs to drain (2000)")
    parser.add_argument("--latency", type=int, default=200, help="jobs to send one by one (200)")
    parser.add_argument("--rounds", type=int, default=2, help="times to run everything (2)")
    parser.add_argument("--mode", choices=(*MODES, "both"), default="both")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    parser.add_argument("--images", action="store_true", help="draw docs/images/engine-*.svg anew")
    return parser.parse_args(arguments)


async def _rounds(chosen: list[Peer], modes: tuple[Mode, ...], load: Load, rounds: int) -> list[Trial]:
    trials = [
        await _trial(number, mode, peer, load) for number in range(1, rounds + 1) for mode in modes for peer in chosen
    ]
    return [trial for trial in trials if trial is not None]


async def _trial(number: int, mode: Mode, peer: Peer, load: Load) -> Trial | None:
    """None, and a line that says why, for a peer that is missing or fails: the others are measured all the same."""
    try:
        figures = await run_trial(peer, mode, load)
    except (Missing, Broken) as error:
        print(f"round {number} {mode}: {peer.name} is left out: {error}", file=sys.stderr)
        return None
    print(f"round {number} {mode}: {peer.name} drained {figures.drain_per_second:,.0f} jobs/s", file=sys.stderr)
    return Trial(round=number, mode=mode, peer=peer.name, figures=figures)


def _as_text(trials: list[Trial], modes: tuple[Mode, ...], where: dict[str, Any], options: argparse.Namespace) -> str:
    load = f"{options.jobs} jobs, then {options.latency} one by one; {options.rounds} rounds"
    tables = [report.tables(mode, _of(trials, mode)) for mode in modes]
    return "\n\n".join([f"{machine.in_words(where)}. {load}.", *tables])


def _as_data(trials: list[Trial], where: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    load = {"jobs": options.jobs, "latency": options.latency, "rounds": options.rounds}
    return {"machine": where, "load": load, "pins": PINS, "trials": [asdict(trial) for trial in trials]}


def _draw(trials: list[Trial], modes: tuple[Mode, ...]) -> None:
    for mode in modes:
        figures = report.medians(_of(trials, mode), "drain_per_second")
        shares = report.shares(_of(trials, mode), "drain_per_second")
        (_IMAGES / f"engine-{mode}.svg").write_text(chart.bars(f"No-op jobs drained a second, {mode}", figures, shares))


def _of(trials: list[Trial], mode: Mode) -> report.Rounds:
    """The figures of each peer by round."""
    rounds: report.Rounds = {}
    for trial in trials:
        if trial.mode == mode:
            rounds.setdefault(trial.peer, {})[trial.round] = trial.figures
    return rounds
