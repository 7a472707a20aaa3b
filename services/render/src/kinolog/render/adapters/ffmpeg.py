"""Encoding with the ffmpeg program on the CPU, as a limited child process."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError, ChildFailed, ChildStalled, PassingError, PermanentError, WorkError
from kinolog.render.adapters.coders import CPU_ENCODERS
from kinolog.render.adapters.ffmpeg_arguments import ffmpeg_arguments, without_places, words_file, work_of
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.ffmpeg_progress import ProgressReader
from kinolog.render.adapters.hardware_coders import NO_AID, Aid
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.words import written
from kinolog.render.domain.work import Encoded, Work

FONTS_CONFIGURATION: Final = "fonts.conf"
"""A file of this name in the working folder tells fontconfig which fonts exist."""

_DISK_FULL: Final = ("No space left on device", "Disk quota exceeded")
_FILE_TOO_LARGE: Final = "File too large"
_OUT_OF_MEMORY: Final = "Cannot allocate memory"
# ffmpeg's own exit code after a signal, be it a service manager's or the kernel's for too much processor time.
_STOPPED_BY_SIGNAL: Final = 255


@dataclass(frozen=True, slots=True)
class FFmpeg:
    options: EncodeOptions
    bounds: EncodeBounds

    @property
    def versions(self) -> dict[str, str]:
        return {"ffmpeg": imageio_ffmpeg.get_ffmpeg_version()}

    async def encode(self, recipe: Recipe, source: Path, output: Path, on_progress: OnProgress) -> Encoded:
        """Make `output`, an MP4 file, as a recipe has it. See `run`."""
        return await self.run(work_of(recipe, source, output), on_progress)

    async def run(self, work: Work, on_progress: OnProgress, aid: Aid = NO_AID) -> Encoded:
        """Make the output, in the folder that also holds what filters read. Raises WorkError.

        Without success, by cancellation too, ffmpeg is gone and no half-made file is left.
        """
        arguments = ffmpeg_arguments(work, self.options, aid)
        child = self._child(work, arguments)
        # Where the output exists already, ffmpeg leaves it as it is and calls that a success.
        work.output.unlink(missing_ok=True)
        if not work.words.is_empty:
            await asyncio.to_thread(words_file(work).write_text, written(work.words), "utf-8")
        with discarded_on_failure(work.output):
            try:
                await run_child(child, ProgressReader(work.seconds, on_progress))
            except ChildError as error:
                raise explained(error) from error
        encoder = CPU_ENCODERS[work.picture.codec] if work.picture else None
        return Encoded(arguments=without_places(arguments, work), encoder=aid.encoder or encoder, hardware=aid.hardware)

    def _child(self, work: Work, arguments: tuple[str, ...]) -> Child:
        workdir = work.output.parent
        return Child(
            argv=(imageio_ffmpeg.get_ffmpeg_exe(), *arguments),
            workdir=workdir,
            limits=self.bounds.limits,
            timeout_seconds=self.bounds.timeout_seconds,
            stall_seconds=self._patience_seconds(work),
            env={"FONTCONFIG_FILE": str((workdir / FONTS_CONFIGURATION).absolute())},
        )

    def _patience_seconds(self, work: Work) -> float:
        return self.bounds.stall_seconds + work.skipped_seconds / self.bounds.slowest_seek_speed


@contextmanager
def discarded_on_failure(output: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        output.unlink(missing_ok=True)
        raise


def explained(error: ChildError) -> WorkError:
    if isinstance(error, ChildStalled):
        return PassingError("encode_stalled", f"The encoder was stopped: {error}.", detail=error.stderr_tail)
    if isinstance(error, ChildFailed):
        return _explained_failure(error)
    message = f"The film takes longer to encode than is allowed: {error}."
    return PermanentError("media_limits", message, detail=error.stderr_tail)


def _explained_failure(error: ChildFailed) -> WorkError:
    said = error.stderr_tail
    if any(reason in said for reason in _DISK_FULL):
        return PassingError("storage_full", "The disk is full: free some space, the job tries again.", detail=said)
    if error.exit_code == -signal.SIGXFSZ or _FILE_TOO_LARGE in said:
        return PermanentError("media_limits", "The new video is larger than is allowed.", detail=said)
    if error.exit_code == -signal.SIGXCPU:
        return PermanentError("media_limits", "The film takes more work to encode than is allowed.", detail=said)
    if error.exit_code == _STOPPED_BY_SIGNAL:
        message = "The encoder was stopped from outside, or since it had taken all the processor time it may."
        return PassingError("encode_stopped", message, detail=said)
    if error.exit_code == -signal.SIGKILL or _OUT_OF_MEMORY in said:
        return PassingError("out_of_memory", "The encoder needed more memory than is free or allowed.", detail=said)
    return PermanentError("encode_failed", f"The encoder could not work with this film: {error}.", detail=said)
