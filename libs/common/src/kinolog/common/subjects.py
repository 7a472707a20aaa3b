"""Every stream, subject and durable name of Kinolog, spelt once."""

from dataclasses import dataclass
from typing import Final

EVENTS_STREAM: Final = "EVENTS"
PROGRESS_STREAM: Final = "PROGRESS"

ALL_EVENTS: Final = "evt.>"
ALL_PROGRESS: Final = "progress.>"
ALL_WORKERS: Final = "progress.worker.*"
ALL_CANCEL_REQUESTS: Final = "evt.job.*.*.cancel_requested"

# What jobs wait in that ask for a GPU, by the queue of those that do not.
GPU_QUEUES: Final = {"transcribe": "transcribe-gpu", "render": "render-gpu"}
QUEUES: Final = ("ingest", *GPU_QUEUES, *GPU_QUEUES.values())
LOWEST_LANE: Final = 0
HIGHEST_LANE: Final = 10
LANES_FROM_THE_TOP: Final = tuple(range(HIGHEST_LANE, LOWEST_LANE - 1, -1))

WAKE_SOURCE: Final = "evt.*.*.*.queued.>"
WAKE_TARGET: Final = "wake.{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}.>"


@dataclass(frozen=True, slots=True)
class EventSubject:
    """`evt.<aggregate>.<id>.<version>.<event>` and what may follow it."""

    kind: str
    id: str
    version: int
    name: str
    suffix: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join(("evt", self.kind, self.id, str(self.version), self.name, *self.suffix))

    @classmethod
    def parse(cls, subject: str) -> "EventSubject":
        """Raises ValueError for anything but an event's subject."""
        root, kind, aggregate_id, version, name, *suffix = subject.split(".")
        if root != "evt":
            raise ValueError(f"not an event's subject: {subject}")
        return cls(kind, aggregate_id, int(version), name, tuple(suffix))


def aggregate_filter(kind: str, aggregate_id: str) -> str:
    """All events of one aggregate. Every expectation on the aggregate uses this very string."""
    return f"evt.{kind}.{aggregate_id}.>"


def births_filter(kind: str) -> str:
    """The first event of every aggregate of a kind."""
    return f"evt.{kind}.*.1.>"


def lane_of(priority: int) -> int:
    """The lane that serves a priority: integers beyond 0 to 10 saturate."""
    return max(LOWEST_LANE, min(HIGHEST_LANE, priority))


def is_gpu_queue(queue: str) -> bool:
    return queue in GPU_QUEUES.values()


def lane_filter(queue: str, lane: int) -> str:
    return f"evt.job.*.*.queued.{queue}.{lane}"


def lane_durable(queue: str, lane: int) -> str:
    return f"{queue}_{lane}"


def wake_filter(queue: str) -> str:
    return f"wake.job.*.*.{queue}.*"


def job_progress(job_id: str) -> str:
    return f"progress.{job_id}"


def worker_presence(worker_id: str) -> str:
    return f"progress.worker.{worker_id}"


def queue_order(queue: str) -> str:
    return f"progress.queue.{queue}"


def catalog_query(name: str) -> str:
    return f"q.catalog.{name}"


def render_query(name: str) -> str:
    return f"q.render.{name}"


def render_frame_stop(ask_id: str) -> str:
    """Says to whoever makes a frame that nobody waits for it any more."""
    return f"q.render.frame_stop.{ask_id}"


def micro_service(service: str) -> str:
    """The name under which a service answers NATS service discovery."""
    return f"kinolog-{service}"
