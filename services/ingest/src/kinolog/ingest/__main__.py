"""`python -m kinolog.ingest` runs the service until SIGTERM."""

from kinolog.common.service import read_settings, run_worker
from kinolog.ingest import wiring
from kinolog.ingest.settings import IngestSettings


def main() -> None:
    settings = read_settings("ingest", IngestSettings)
    run_worker("ingest", settings, wiring.handlers(settings), slots=settings.ingest_slots)


if __name__ == "__main__":
    main()
