"""Asking the child program about a picture, from a service's side."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError, PermanentError
from kinolog.common.media.picture_facts import PictureFacts, PictureQuestion
from kinolog.common.media.picture_settings import PictureSettings

_READY_BYTES_PER_PIXEL: Final = 5


@dataclass(frozen=True, slots=True)
class PictureInspector:
    """Looks into pictures with Pillow, in a child process: the bytes are a stranger's."""

    settings: PictureSettings
    _slots: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_slots", asyncio.Semaphore(self.settings.picture_slots))

    async def inspect(
        self, file: Path, workdir: Path, ready: Path | None = None, frame: tuple[int, int] | None = None
    ) -> PictureFacts:
        """Decode all of it, and write it to `ready` as a plain PNG where that is given; see `PictureQuestion`.

        Raises PermanentError of the kinds `media_unsupported`, `media_corrupt` and `media_limits`.
        """
        question = self._question(file, ready, frame)
        async with self._slots:
            return await self._ask(question, workdir)

    def _question(self, file: Path, ready: Path | None, frame: tuple[int, int] | None) -> PictureQuestion:
        """With absolute paths, since the child works in a folder of its own. Raises PermanentError."""
        if file.stat().st_size > self.settings.picture_max_bytes:
            message = f"The picture has more than {self.settings.picture_max_bytes} bytes: make it smaller."
            raise PermanentError("media_limits", message)
        return PictureQuestion(
            path=str(file.absolute()),
            max_pixels=self.settings.picture_max_pixels,
            ready_path=None if ready is None else str(ready.absolute()),
            frame=frame,
        )

    async def _ask(self, question: PictureQuestion, workdir: Path) -> PictureFacts:
        answer: dict[str, Any] = {}

        def hear(line: str) -> bool:
            answer.update(json.loads(line))
            return True

        try:
            await run_child(self._child(question, workdir), hear)
        except ChildError as error:
            message = "The picture takes more work to read than is allowed, or is damaged: save it anew as PNG."
            raise PermanentError("media_limits", message, detail=f"{error}\n{error.stderr_tail}") from error
        if refused := answer.get("refused"):
            raise PermanentError(refused["kind"], refused["message"])
        return PictureFacts(**answer["facts"])

    def _child(self, question: PictureQuestion, workdir: Path) -> Child:
        settings = self.settings
        return Child(
            argv=(sys.executable, "-I", "-m", "kinolog.common.media.picture_program", json.dumps(asdict(question))),
            workdir=workdir,
            limits=Limits(
                cpu_seconds=settings.picture_cpu_seconds,
                memory_bytes=settings.picture_memory_bytes,
                file_bytes=settings.picture_max_pixels * _READY_BYTES_PER_PIXEL,
            ),
            timeout_seconds=settings.picture_timeout_seconds,
        )
