"""The worker runtime: takes jobs from the log, runs a handler for each, and commits what came of it."""

from kinolog.common.worker.context import JobContext

__all__ = ["JobContext"]
