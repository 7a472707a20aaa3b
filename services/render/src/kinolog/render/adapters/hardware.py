"""Finding out, once and without disturbing anybody, what this machine's graphics hardware can do."""

import asyncio
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from kinolog.common.child import Limits
from kinolog.common.errors import ChildError
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.adapters.hardware_memory import HardwareMemory, machine_now, render_nodes
from kinolog.render.adapters.hardware_probe import HardwareProbe
from kinolog.render.domain.hardware import (
    NO_HARDWARE,
    Hardware,
    HardwareWish,
    conceivable_coders,
    conceivable_decoders,
)

_logger: Final = structlog.get_logger(__name__)


@dataclass(slots=True)
class HardwareFinder:
    """Limits and the timeout are of each try of each encoder."""

    wish: HardwareWish
    memory: HardwareMemory
    options: EncodeOptions
    limits: Limits
    timeout_seconds: float
    _found: Hardware | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def find(self) -> Hardware:
        """Never raises: a machine that cannot be examined has no hardware."""
        async with self._turn:
            if self._found is None:
                self._found = NO_HARDWARE if self.wish == "cpu" else await self._recalled_or_proved()
            return self._found

    async def _recalled_or_proved(self) -> Hardware:
        try:
            machine = machine_now(self.wish)
            found = self.memory.recall(machine)
            if found is None:
                found = await self._proved()
                self.memory.keep(machine, found)
        except (ChildError, OSError) as error:
            _logger.warning("Cannot find out what hardware there is", error=repr(error))
            return NO_HARDWARE
        _logger.debug("Asked for hardware in vain", refusals=dict(found.refusals))
        _logger.info("Found out what hardware there is", works=found.names)
        return found

    async def _proved(self) -> Hardware:
        nodes, is_apple = render_nodes(), sys.platform == "darwin"
        with tempfile.TemporaryDirectory(prefix="kinolog-hardware-") as folder:
            probe = HardwareProbe(Path(folder), self.options, self.limits, self.timeout_seconds)
            return await probe.hardware(
                conceivable_coders(nodes, self.wish, is_apple=is_apple),
                conceivable_decoders(nodes, self.wish, is_apple=is_apple),
            )
