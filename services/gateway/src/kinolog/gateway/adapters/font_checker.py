"""Checking a stranger's font by programs that may do little: the OpenType sanitiser, then a reader of what it left."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError, ChildFailed, PermanentError
from kinolog.common.fonts import FontFace

_KINDS: Final = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_HEAD_BYTES: Final = 4
_OTHERS: Final = {
    b"ttcf": "a collection: take one font out of it",
    b"wOFF": "a web font (WOFF): convert it to TTF or OTF",
    b"wOF2": "a web font (WOFF2): convert it to TTF or OTF",
}
_SANITISED: Final = "sanitised"
_DAMAGED: Final = "The font is damaged, or not as OpenType has it: use an undamaged one, or save it anew as TTF or OTF."
_TOO_MUCH: Final = "The font takes more work to check than is allowed: use a simpler one."


@dataclass(frozen=True, slots=True)
class SanitisedFonts:
    """See `FontChecker`. At most `slots` programs run at once; other fonts wait."""

    limits: Limits
    timeout_seconds: float
    slots: int = 1
    _turns: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_turns", asyncio.Semaphore(self.slots))

    @property
    def can_check(self) -> bool:
        return _sanitiser() is not None

    async def check(self, file: Path, ready: Path, workdir: Path, family: str | None) -> FontFace:
        await asyncio.to_thread(_refuse_others, file)
        sanitised = workdir / _SANITISED
        asked = () if family is None else (family,)
        async with self._turns:
            await self._run(workdir, str(_sanitiser()), str(file), str(sanitised))
            program = (sys.executable, "-I", "-m", "kinolog.gateway.adapters.font_program")
            answer = await self._run(workdir, *program, str(sanitised), str(ready), *asked)
        if refused := answer.get("refused"):
            raise PermanentError(refused["kind"], refused["message"])
        return FontFace(**answer["answer"])

    async def _run(self, workdir: Path, *argv: str) -> dict[str, Any]:
        """What the program says in JSON; nothing where it says nothing. Raises PermanentError."""
        said: list[str] = []

        def hear(line: str) -> bool:
            said.append(line)
            return True

        child = Child(argv=argv, workdir=workdir, limits=self.limits, timeout_seconds=self.timeout_seconds)
        try:
            await run_child(child, hear)
        except ChildError as error:
            has_failed = isinstance(error, ChildFailed) and error.exit_code > 0
            kind, message = ("font_damaged", _DAMAGED) if has_failed else ("font_limits", _TOO_MUCH)
            raise PermanentError(kind, message, detail=f"{error}\n{error.stderr_tail}") from error
        answer: dict[str, Any] = json.loads(said[-1]) if said and said[-1].startswith("{") else {}
        return answer


def _refuse_others(file: Path) -> None:
    with file.open("rb") as font:
        head = font.read(_HEAD_BYTES)
    if head in _OTHERS:
        raise PermanentError("font_unsupported", f"The file is {_OTHERS[head]}.")
    if head not in _KINDS:
        raise PermanentError("font_unsupported", "The file is no font that Kinolog can read: use TTF or OTF.")


def _sanitiser() -> Path | None:
    """The program itself, from its package, which is not made for every machine."""
    package = find_spec("ots")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).with_name("ots-sanitize")
