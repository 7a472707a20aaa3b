"""How loud sound is (EBU R 128), read from the summary that ffmpeg's `ebur128` ends with."""

import math
import re
from collections.abc import Sequence
from typing import Final, TypedDict

FILTER: Final = "ebur128=peak=true:framelog=quiet"

_FIGURES: Final = re.compile(r"^\s*(I|LRA|Peak):\s+(\S+)\s+(?:LUFS|LU|dBFS)\s*$")
# Where no block of 0.4 s is louder than the gate, this is what is said.
_GATE_LUFS: Final = -70.0


class Loudness(TypedDict):
    """LUFS, LU and dB true peak; None where the sound is too quiet or too short to say."""

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None


def loudness_in(lines: Sequence[str]) -> Loudness:
    """`lines` are the last ones that ffmpeg has written."""
    summary = max((number for number, line in enumerate(lines) if line.endswith("Summary:")), default=len(lines))
    found = (_FIGURES.match(line) for line in lines[summary:])
    figures = {match[1]: float(match[2]) for match in found if match is not None}
    integrated = figures.get("I", _GATE_LUFS)
    is_heard, peak = integrated > _GATE_LUFS, figures.get("Peak", -math.inf)
    return Loudness(
        integrated_lufs=integrated if is_heard else None,
        range_lu=figures.get("LRA") if is_heard else None,
        true_peak_dbtp=peak if math.isfinite(peak) else None,
    )
