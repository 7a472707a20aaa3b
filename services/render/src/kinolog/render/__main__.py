"""`python -m kinolog.render` runs the service until SIGTERM."""

from kinolog.common.service import run_worker
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings


def main() -> None:
    settings = RenderSettings()
    run_worker("render", settings, wiring.handlers(settings), slots=settings.render_slots)


if __name__ == "__main__":
    main()
