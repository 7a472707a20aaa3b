"""The family of Kinolog's own errors.

KinologError
├── Refused                 a decision said no: the caller's mistake, with a code and the field at fault
├── LogError
│   ├── Conflict            somebody else appended to the aggregate first: reload, decide again
│   ├── OutcomeUnknown      no acknowledgement came and the log could not be asked in time
│   ├── LogUnavailable      the log cannot be reached at present
│   │   └── LogFull         it can, and has no room for another event
│   ├── NotLetIn            NATS does not accept the user and the password: a person has to mend the settings
│   ├── LogCorrupt          a gap, a rewound stream or a missing stream: stop and call a person
│   └── EventUnreadable
│       ├── UnknownEvent    no class is registered for the type
│       ├── NewerEvent      written by a newer release: upgrade before reading on
│       └── BadEvent        the body does not fit its class
├── BadSettings             the environment says what makes no sense
├── BlobMissing             no blob of that hash
│   └── BlobDamaged         what is stored under it are other bytes
├── StorageFailed           the storage of blobs did not do as it was told: full, away, or forbidden
├── ChildError              a program that was run for a job did not end well
│   ├── ChildFailed         it ended with an exit code other than 0
│   ├── ChildStalled        it showed no progress for too long and was stopped
│   └── ChildTimedOut       it took longer than it may and was stopped
└── WorkError               what a job handler raises
    ├── PermanentError      trying again cannot help
    ├── PassingError        trying again may help, after an optional delay
    ├── Snooze              not now: call again later, at no cost
    └── Cancelled           the work turned out to be unwanted: end the job as cancelled
"""

from collections.abc import Sequence


class KinologError(Exception):
    """The root: catch this to catch everything of ours."""


class Refused(KinologError):
    """A request that the rules do not allow; `code` is stable, `field` points into the request."""

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


class LogError(KinologError):
    """Anything that went wrong between us and the log."""


class Conflict(LogError):
    """The expectation of an append no longer held, so nothing was written."""

    def __init__(self, aggregates: Sequence[str]) -> None:
        super().__init__(f"a newer event exists in {', '.join(aggregates)}")
        self.aggregates = tuple(aggregates)


class OutcomeUnknown(LogError):
    """Zero or one write happened; the same append may be repeated safely."""


class LogUnavailable(LogError):
    """NATS did not answer within the deadline; nothing was written."""


class LogFull(LogUnavailable):
    """NATS may store no more: its disk is full, or a limit is reached; nothing was written."""


class NotLetIn(LogError):
    """NATS does not accept who we say we are."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"NATS at {address} does not accept this user and password: "
            "set KINOLOG_NATS_USER and KINOLOG_NATS_PASSWORD to what nats-server is configured with"
        )


class LogCorrupt(LogError):
    """The log is not the unbroken sequence it must be."""


class EventUnreadable(LogError):
    """An event that today's code cannot decode; `event_type` and `version` say which."""

    def __init__(self, event_type: str, version: int, reason: str) -> None:
        super().__init__(f"{event_type} version {version}: {reason}")
        self.event_type, self.version, self.reason = event_type, version, reason


class UnknownEvent(EventUnreadable):
    """No class is registered for this type."""


class NewerEvent(EventUnreadable):
    """A newer release wrote this; this one must be upgraded first."""


class BadEvent(EventUnreadable):
    """The body is not valid for its type and version."""


class BadSettings(KinologError):
    """The message names every variable that is wrong, and what it should be; no value, which may be a secret."""


class BlobMissing(KinologError):
    """No blob of that hash is stored."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"no blob {sha256}")
        self.sha256 = sha256


class BlobDamaged(BlobMissing):
    """Under that hash other bytes are stored: some were lost or changed."""

    def __str__(self) -> str:
        return f"the blob {self.sha256} is damaged"


class StorageFailed(KinologError):
    """The storage of blobs refused, in its own words."""


class ChildError(KinologError):
    """A child program ended badly; `stderr_tail` is the last of what it said about that."""

    def __init__(self, message: str, stderr_tail: str) -> None:
        super().__init__(message)
        self.stderr_tail = stderr_tail


class ChildFailed(ChildError):
    """`exit_code` is negative where a signal ended the child: -9 is SIGKILL."""

    def __init__(self, exit_code: int, stderr_tail: str) -> None:
        super().__init__(f"the program ended with exit code {exit_code}", stderr_tail)
        self.exit_code = exit_code


class ChildStalled(ChildError):
    def __init__(self, seconds: float, stderr_tail: str) -> None:
        super().__init__(f"the program made no progress for {seconds:g} s", stderr_tail)
        self.seconds = seconds


class ChildTimedOut(ChildError):
    def __init__(self, seconds: float, stderr_tail: str) -> None:
        super().__init__(f"the program took longer than {seconds:g} s", stderr_tail)
        self.seconds = seconds


class WorkError(KinologError):
    """A job could not be done. `message` is one line for a person; `detail` is for whoever looks closer."""

    def __init__(self, kind: str, message: str, *, detail: str | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.detail = kind, message, detail


class PermanentError(WorkError):
    """Trying again cannot help: bad input, a missing source, an unsupported file."""


class PassingError(WorkError):
    """Trying again may help; `retry_in_seconds` overrides the usual backoff."""

    def __init__(
        self, kind: str, message: str, *, detail: str | None = None, retry_in_seconds: float | None = None
    ) -> None:
        super().__init__(kind, message, detail=detail)
        self.retry_in_seconds = retry_in_seconds


class Snooze(WorkError):
    """The job is to be begun again in `seconds`; that is neither a failure nor a retry."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__("snoozed", reason)
        self.seconds = seconds


class Cancelled(WorkError):
    """The job ends as cancelled, for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__("cancelled", reason)
