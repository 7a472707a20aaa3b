"""Every setting is told of on a page, and no page tells of a variable that nothing reads."""

import re
from itertools import chain
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings

from kinolog.catalog.settings import CatalogSettings
from kinolog.cli.library.settings import ImportSettings
from kinolog.cli.settings import SupervisorSettings
from kinolog.gateway.settings import GatewaySettings
from kinolog.ingest.settings import IngestSettings
from kinolog.render.settings import RenderSettings
from kinolog.transcribe.settings import TranscribeSettings

ROOT: Final = Path(__file__).parents[2]
SERVICES: Final = (CatalogSettings, GatewaySettings, IngestSettings, RenderSettings, TranscribeSettings)
CLASSES: Final[tuple[type[BaseSettings], ...]] = (*SERVICES, SupervisorSettings, ImportSettings)

# What is read before there are settings, or by the tests and benchmarks alone.
READ_ELSEWHERE: Final = {"CLOCK_OFFSET_SECONDS", "CRASH_AT", "URL", "SIMULATION_SEEDS", "SIMULATION_FIRST"}


def _settings() -> set[str]:
    prefixed = (f"{each.model_config['env_prefix']}{field}" for each in CLASSES for field in each.model_fields)
    return {variable.removeprefix("KINOLOG_").upper() for variable in prefixed}


def _told(pattern: str) -> set[str]:
    """What the pages for readers say in the place of the pattern's group."""
    pages = chain(ROOT.glob("docs/*.md"), ROOT.glob("libs/*/README.md"), ROOT.glob("services/*/README.md"))
    return {name for page in pages for name in re.findall(pattern, page.read_text())}


def test_every_setting_is_told_of() -> None:
    beginnings = tuple(_told(r"`(?:KINOLOG_)?([A-Z][A-Z_]+_)…`"))
    untold = _settings() - _told(r"\b(?:KINOLOG_)?([A-Z][A-Z_]+)")
    assert [] == sorted(name for name in untold if not name.startswith(beginnings))


def test_every_variable_that_is_told_of_is_a_setting() -> None:
    told = _told(r"KINOLOG_([A-Z][A-Z_]*[A-Z])\b(?!_)")
    assert [] == sorted(told - _settings() - READ_ELSEWHERE)
