"""Encoding with the ffmpeg program on the CPU, as a limited child process."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError, ChildFailed, ChildStalled, PassingError, PermanentError, WorkError
from kinolog.render.adapters.ffmpeg_arguments import ffmpeg_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.ffmpeg_progress import ProgressReader
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.recipe import Recipe

FONTS_CONFIGURATION: Final = "fonts.conf"
"""A file of this name in the working folder tells fontconfig which fonts exist."""

_DISK_FULL: Final = ("No space left on device", "Disk quota exceeded")
_FILE_TOO_LARGE: Final = "File too large"
_OUT_OF_MEMORY: Final = "Cannot allocate memory"


@dataclass(frozen=True, slots=True)
class FFmpeg:
    options: EncodeOptions
    bounds: EncodeBounds
    name: str = "libx264"

    async def encode(self, recipe: Recipe, source: Path, output: Path, on_progress: OnProgress) -> None:
        """Make `output`, an MP4 file, in the folder that holds what the recipe's filters read. Raises WorkError.

        Without success, by cancellation too, ffmpeg is gone and no half-made file is left.
        """
        child = self._child(recipe, ffmpeg_arguments(recipe, source, output, self.options), output.parent)
        with _discarded_on_failure(output):
            try:
                await run_child(child, ProgressReader(recipe.seconds, on_progress))
            except ChildError as error:
                raise explained(error) from error

    def _child(self, recipe: Recipe, arguments: tuple[str, ...], workdir: Path) -> Child:
        return Child(
            argv=(imageio_ffmpeg.get_ffmpeg_exe(), *arguments),
            workdir=workdir,
            limits=self.bounds.limits,
            timeout_seconds=self.bounds.timeout_seconds,
            stall_seconds=self._patience_seconds(recipe),
            env={"FONTCONFIG_FILE": str((workdir / FONTS_CONFIGURATION).absolute())},
        )

    def _patience_seconds(self, recipe: Recipe) -> float:
        return self.bounds.stall_seconds + recipe.skipped_seconds / self.bounds.slowest_seek_speed


@contextmanager
def _discarded_on_failure(output: Path) -> Iterator[None]:
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
    if error.exit_code == -signal.SIGKILL or _OUT_OF_MEMORY in said:
        return PassingError("out_of_memory", "The encoder needed more memory than is free or allowed.", detail=said)
    return PermanentError("encode_failed", f"The encoder could not work with this film: {error}.", detail=said)
