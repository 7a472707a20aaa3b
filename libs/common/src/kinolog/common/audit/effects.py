"""Effects: whatever a worker makes stands in one piece with the completion of the job it was made for."""

from collections.abc import Iterator
from typing import Any, Final

from kinolog.common.aggregates import CAPTION, JOB, VIDEO
from kinolog.common.audit.report import Check, Report
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobCompleted
from kinolog.common.ids import is_id

_WORKER: Final = "worker:"


class Effects:
    """Sees every event, in order. `known` are the videos and captions that have appeared so far."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._open: list[RecordedEvent] = []
        self._known: set[str] = set()

    def see(self, recorded: RecordedEvent) -> None:
        if recorded.subject.kind in (VIDEO.kind, CAPTION.kind):
            self._known.add(recorded.subject.id)
        if isinstance(recorded.event, JobCompleted):
            self._close(recorded)
            self._check_outputs(recorded.subject.id, recorded.event.output_data)
        elif self._open and not _belong_together(self._open[-1], recorded):
            self._abandon()
        if recorded.subject.kind != JOB.kind and recorded.metadata.actor.startswith(_WORKER):
            self._open.append(recorded)

    def finish(self) -> None:
        self._abandon()

    def _close(self, completed: RecordedEvent) -> None:
        self._report.look(Check.EFFECTS, len(self._open) or 1)
        for made in self._open:
            owner = getattr(made.event, "job_id", None) or completed.subject.id
            if owner != completed.subject.id or not _belong_together(made, completed):
                text = f"{_place(made)} was made for {owner}, but {completed.subject.id} completed with it"
                self._report.violate(Check.EFFECTS, text)
        self._open.clear()

    def _abandon(self) -> None:
        for made in self._open:
            self._report.look(Check.EFFECTS)
            self._report.violate(Check.EFFECTS, f"{_place(made)} appeared although its job did not complete with it")
        self._open.clear()

    def _check_outputs(self, job_id: str, output: dict[str, Any]) -> None:
        for named in _named_in(output):
            self._report.look(Check.OUTPUTS)
            if named not in self._known:
                self._report.violate(Check.OUTPUTS, f"{job_id} completed with {named}, which does not exist")


def _belong_together(one: RecordedEvent, other: RecordedEvent) -> bool:
    return other.metadata.actor == one.metadata.actor and other.metadata.correlation_id == one.metadata.correlation_id


def _named_in(value: Any) -> Iterator[str]:
    """Every id of a video or a caption, however deep."""
    match value:
        case str() if is_id(value, VIDEO.id_prefix) or is_id(value, CAPTION.id_prefix):
            yield value
        case dict():
            for inner in value.values():
                yield from _named_in(inner)
        case list() | tuple():
            for inner in value:
                yield from _named_in(inner)


def _place(recorded: RecordedEvent) -> str:
    return f"{recorded.subject.id} at {recorded.sequence}"
