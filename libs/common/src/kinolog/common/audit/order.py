"""The order of things: aggregates count their events without a hole, and no event is there twice."""

from kinolog.common.audit.report import Check, Report
from kinolog.common.events import RecordedEvent

Key = tuple[str, str]


class Order:
    """Remembers one number for each aggregate, and the event ids of those that still change."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._versions: dict[Key, int] = {}
        self._ids: dict[Key, set[str]] = {}

    def see(self, recorded: RecordedEvent) -> None:
        key = (recorded.subject.kind, recorded.subject.id)
        self._check_version(key, recorded)
        self._check_id(key, recorded)

    def settle(self, kind: str, aggregate_id: str) -> None:
        """Nothing more is expected of it, so its ids need not be kept."""
        self._ids.pop((kind, aggregate_id), None)

    def _check_version(self, key: Key, recorded: RecordedEvent) -> None:
        self._report.look(Check.VERSIONS)
        expected = self._versions.get(key, 0) + 1
        if recorded.subject.version != expected:
            text = f"{key[1]} at {recorded.sequence}: version {recorded.subject.version} instead of {expected}"
            self._report.violate(Check.VERSIONS, text)
        self._versions[key] = recorded.subject.version

    def _check_id(self, key: Key, recorded: RecordedEvent) -> None:
        self._report.look(Check.IDS)
        known = self._ids.setdefault(key, set())
        if recorded.metadata.event_id in known:
            text = f"{key[1]} at {recorded.sequence}: the event {recorded.metadata.event_id} was there before"
            self._report.violate(Check.IDS, text)
        known.add(recorded.metadata.event_id)
