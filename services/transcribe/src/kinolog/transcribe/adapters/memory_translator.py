"""A Translator that needs no engine: for tests that should take no time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kinolog.common.errors import WorkError


@dataclass(frozen=True, slots=True)
class MemoryTranslator:
    """Writes the language in front of each text, unless it has a failure to raise; `asked` is what came at once."""

    failure: WorkError | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)
    label: str = "memory"

    async def translate(self, texts: Sequence[str], source: str, target: str) -> tuple[str, ...]:
        self.asked.append(tuple(texts))
        if self.failure is not None:
            raise self.failure
        return tuple(f"{target}: {text}" if text else "" for text in texts)
