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
            run("catalog", settings, lambda service: wiring.run_catalog(service, settings))
        case ["rebuild"]:
            run("catalog-rebuild", settings, partial(_rebuild, settings))
        case _:
            sys.exit("usage: python -m kinolog.catalog [rebuild]")


async def _rebuild(settings: CatalogSettings, service: Service) -> None:
    try:
        sequence, digest = await wiring.run_rebuild(service, settings)
    except KinologError as error:
        sys.exit(f"could not rebuild: {error}")
    print(f"rebuilt up to sequence {sequence}, digest {digest}")


if __name__ == "__main__":
    main(sys.argv[1:])
