"""`python -m kinolog.transcribe` runs the service until SIGTERM."""

from functools import partial

from kinolog.common.service import read_settings, run_worker, starting
from kinolog.transcribe import wiring
from kinolog.transcribe.settings import TranscribeSettings


def main() -> None:
    settings = read_settings("transcribe", TranscribeSettings)
    find_gpu = partial(wiring.find_gpu, settings)
    with starting("transcribe"):
        handlers = wiring.handlers(settings)
    run_worker("transcribe", settings, handlers, slots=settings.transcribe_slots, find_gpu=find_gpu)


if __name__ == "__main__":
    main()
