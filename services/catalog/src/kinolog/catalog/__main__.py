"""`python -m kinolog.catalog` runs the service until SIGTERM; with `rebuild` it makes all rows anew and ends."""

import sys
from functools import partial

from kinolog.catalog import wiring
from kinolog.catalog.settings import CatalogSettings
from kinolog.common.errors import KinologError
from kinolog.common.service import Service, read_settings, run


def main(arguments: list[str]) -> None:
    settings = read_settings("catalog", CatalogSettings)
    match arguments:
        case []:
            run("catalog", settings, partial(_serve, settings))
        case ["rebuild"]:
            run("catalog-rebuild", settings, partial(_rebuild, settings))
        case _:
            sys.exit("usage: python -m kinolog.catalog [rebuild]")


async def _serve(settings: CatalogSettings, service: Service) -> None:
    """Going on after a damaged log would give wrong rows, so that ends the service with exit code 1."""
    await wiring.run_catalog(service, settings)


async def _rebuild(settings: CatalogSettings, service: Service) -> None:
    try:
        sequence, digest = await wiring.run_rebuild(service, settings)
    except KinologError as error:
        sys.exit(f"could not rebuild: {error}")
    print(f"rebuilt up to sequence {sequence}, digest {digest}")


if __name__ == "__main__":
    main(sys.argv[1:])
