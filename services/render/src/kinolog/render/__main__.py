"""`python -m kinolog.render` runs the service until SIGTERM."""

from kinolog.common.service import run_worker
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings


def main() -> None:
    settings = RenderSettings()
    finder = wiring.hardware_finder(settings)

    async def find_gpu() -> tuple[str, ...]:
        return (await finder.find()).names

    handlers = wiring.handlers(settings, finder)
    run_worker("render", settings, handlers, slots=wiring.capacity(settings).slots, find_gpu=find_gpu)


if __name__ == "__main__":
    main()
