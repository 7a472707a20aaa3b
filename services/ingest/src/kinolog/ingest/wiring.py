"""Builds the service from its settings: the one place where concrete things are chosen."""

from kinolog.common.media.inspector import Inspector
from kinolog.common.worker.attempt import Handler
from kinolog.ingest.adapters.fingerprint import fingerprint
from kinolog.ingest.handlers import IngestHandlers
from kinolog.ingest.settings import IngestSettings


def handlers(settings: IngestSettings) -> dict[str, Handler]:
    """A handler for each job type of the queue `ingest`."""
    ingest = IngestHandlers(fingerprint, Inspector(settings))
    return {"upload": ingest.upload}
