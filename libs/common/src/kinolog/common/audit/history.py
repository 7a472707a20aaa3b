"""The histories of clients beside the log: what was promised is there once, what was refused is not."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from kinolog.common.audit.client_lines import HistoryLine, Outcome
from kinolog.common.audit.report import Check, Report
from kinolog.common.events import RecordedEvent

_GATEWAY = "gateway"


class HistoryCheck:
    """Sees every event; then says what of the history does not agree with them."""

    def __init__(self, lines: Iterable[HistoryLine], report: Report) -> None:
        self._report = report
        self._invoked: dict[str, HistoryLine] = {}
        self._ended: dict[str, HistoryLine] = {}
        for line in lines:
            if line.outcome != "seen" and line.since is None:  # To follow is to ask for nothing that ends.
                (self._invoked if line.outcome == "invoke" else self._ended)[line.request] = line
        self._promised = {each for line in self._ended.values() if line.outcome == "ok" for each in line.ids}
        self._promised_at = {line.sequence: line for line in self._ended.values() if line.sequence is not None}
        self._found_at: dict[int, str] = {}
        self._born: Counter[str] = Counter()
        self._written_by: defaultdict[str, list[str]] = defaultdict(list)

    def see(self, recorded: RecordedEvent) -> None:
        aggregate_id = recorded.subject.id
        if recorded.sequence in self._promised_at:
            self._found_at[recorded.sequence] = aggregate_id
        if recorded.subject.version == 1 and aggregate_id in self._promised:
            self._born[aggregate_id] += 1
        if recorded.metadata.source == _GATEWAY and recorded.metadata.correlation_id in self._invoked:
            self._written_by[recorded.metadata.correlation_id].append(aggregate_id)

    def finish(self) -> None:
        for request, line in self._ended.items():
            self._report.look(Check.HISTORY)
            if line.outcome == "ok":
                self._check_promise(line)
            elif line.outcome == "refused" and self._written_by[request]:
                self._violate(line, f"was refused with {line.status}, but {self._written_by[request][0]} was written")
        self._check_keys()
        self._note_counts()

    def _check_promise(self, line: HistoryLine) -> None:
        for aggregate_id in line.ids:
            if self._born[aggregate_id] != 1:
                self._violate(line, f"was promised {aggregate_id}, which begins {self._born[aggregate_id]} times")
        if line.sequence is not None and self._found_at.get(line.sequence) not in (*line.ids, None):
            self._violate(line, f"was told {line.sequence}, where the log has {self._found_at[line.sequence]}")
        if line.sequence is not None and line.sequence not in self._found_at:
            self._violate(line, f"was told {line.sequence}, which the log does not have")

    def _check_keys(self) -> None:
        """Whatever is said under one key, however often, is done once."""
        done: defaultdict[str, set[str]] = defaultdict(set)
        for request, invoked in self._invoked.items():
            if invoked.key is None:
                continue
            done[invoked.key] |= set(self._written_by[request])
            if (ended := self._ended.get(request)) is not None:
                done[invoked.key] |= set(ended.ids)
        for key, ids in done.items():
            if len(ids) > 1:
                self._report.violate(Check.HISTORY, f"the key {key} led to {', '.join(sorted(ids))}")

    def _note_counts(self) -> None:
        counts = Counter(line.outcome for line in self._ended.values())
        open_ones = len(self._invoked) - len(self._ended)
        counts["unknown"] += open_ones
        unknown = {request for request in self._invoked if self._outcome_of(request) == "unknown"}
        written = sum(bool(self._written_by[request]) for request in unknown)
        text = f"{counts['ok']} requests were answered ok, {counts['refused']} refused, {counts['unknown']} unknown"
        self._report.note(f"{text}, of which {written} were written after all")

    def _outcome_of(self, request: str) -> Outcome:
        ended = self._ended.get(request)
        return "unknown" if ended is None else ended.outcome

    def _violate(self, line: HistoryLine, text: str) -> None:
        self._report.violate(Check.HISTORY, f"the request {line.request} {text}")
