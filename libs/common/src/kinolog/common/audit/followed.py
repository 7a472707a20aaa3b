"""What followers of the log were shown beside the log: after where they asked to begin every event, once, in order."""

from collections import defaultdict
from collections.abc import Iterable

from kinolog.common.audit.client_lines import HistoryLine
from kinolog.common.audit.report import Check, Report
from kinolog.common.events import RecordedEvent


class FollowedCheck:
    """Sees every readable event; one that nobody can read is shown to nobody, and missed by nobody."""

    def __init__(self, lines: Iterable[HistoryLine], report: Report) -> None:
        self._report = report
        self._position: dict[str, int | None] = {}
        self._passed_over: defaultdict[int, list[str]] = defaultdict(list)
        self._seen: defaultdict[int, list[HistoryLine]] = defaultdict(list)
        for line in lines:
            if line.outcome == "invoke":
                self._position[line.request] = line.since
            elif line.outcome == "seen" and line.sequence is not None:
                self._advance(line, line.sequence)

    def see(self, recorded: RecordedEvent) -> None:
        for request in self._passed_over.pop(recorded.sequence, ()):
            self._violate(request, f"was not shown {recorded.subject} at {recorded.sequence}")
        for line in self._seen.pop(recorded.sequence, ()):
            self._report.look(Check.FOLLOWED)
            if line.event != recorded.metadata.event_id:
                text = f"was shown {line.event} at {recorded.sequence}, where the log has {recorded.metadata.event_id}"
                self._violate(line.request, text)

    def finish(self) -> None:
        for sequence, lines in self._seen.items():
            for line in lines:
                self._violate(line.request, f"was shown {line.event} at {sequence}, which the log does not have")
        if not self._report.looked_at[Check.FOLLOWED] and not self._report.violated[Check.FOLLOWED]:
            self._report.skip(Check.FOLLOWED, "the history has nobody who followed the log")

    def _advance(self, line: HistoryLine, sequence: int) -> None:
        """One that began with whatever came next is held to what followed its first event."""
        position = self._position.get(line.request)
        if position is not None and sequence <= position:
            self._violate(line.request, f"was shown {sequence} after {position}")
            return
        for missed in range(sequence if position is None else position + 1, sequence):
            self._passed_over[missed].append(line.request)
        self._seen[sequence].append(line)
        self._position[line.request] = sequence

    def _violate(self, request: str, text: str) -> None:
        self._report.violate(Check.FOLLOWED, f"the follower {request} {text}")
