"""What readers were shown beside what they had been told: an answer is never older than the sequence it was to have."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kinolog.common.audit.client_lines import HistoryLine
from kinolog.common.audit.report import Check, Report
from kinolog.common.events import RecordedEvent


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one aggregate: it was shown as of `shown`, to somebody who knew of `told`."""

    request: str
    shown: int
    told: int


class FreshnessCheck:
    """Sees every event."""

    def __init__(self, lines: Iterable[HistoryLine], report: Report) -> None:
        self._report = report
        self._readings: defaultdict[str, list[Reading]] = defaultdict(list)
        told: dict[str, int] = {}
        for line in lines:
            if line.outcome == "invoke" and line.min_seq is not None:
                told[line.request] = line.min_seq
            for aggregate_id, shown in line.shown.items():
                self._report.look(Check.FRESH)
                self._readings[aggregate_id].append(Reading(line.request, shown, told.get(line.request, 0)))

    def see(self, recorded: RecordedEvent) -> None:
        aggregate_id = recorded.subject.id
        for reading in self._readings.get(aggregate_id, ()):
            if reading.shown < recorded.sequence <= reading.told:
                text = f"{aggregate_id} as of {reading.shown}, told of {reading.told}, and it changed at"
                self._report.violate(Check.FRESH, f"the request {reading.request} saw {text} {recorded.sequence}")

    def finish(self) -> None:
        if not self._report.looked_at[Check.FRESH]:
            self._report.skip(Check.FRESH, "the history has nobody who read what they had been told of")
