"""`python -m kinolog.render` runs the service until SIGTERM."""

from contextlib import AbstractAsyncContextManager

from kinolog.common.service import Service, read_settings, run_worker
from kinolog.render import wiring
from kinolog.render.adapters.answering import answering_frames
from kinolog.render.settings import RenderSettings


def main() -> None:
    settings = read_settings("render", RenderSettings)
    finder = wiring.hardware_finder(settings)

    async def find_gpu() -> tuple[str, ...]:
        return (await finder.find()).names

    def answer(service: Service) -> AbstractAsyncContextManager[None]:
        frames = wiring.frames(settings, service.log, service.blobs)
        frames.forget_leftovers()
        return answering_frames(service, frames.frame, most_at_once=settings.frames_at_once)

    handlers = wiring.handlers(settings, finder)
    run_worker("render", settings, handlers, slots=wiring.capacity(settings).slots, find_gpu=find_gpu, beside=answer)


if __name__ == "__main__":
    main()
