"""`python -m kinolog.transcribe` runs the service until SIGTERM."""

from kinolog.common.service import run_worker
from kinolog.transcribe import wiring
from kinolog.transcribe.settings import TranscribeSettings


def main() -> None:
    settings = TranscribeSettings()
    run_worker("transcribe", settings, wiring.handlers(settings), slots=settings.transcribe_slots)


if __name__ == "__main__":
    main()
