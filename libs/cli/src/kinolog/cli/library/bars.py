"""Progress of an import: one line for each file under way, and one for all of them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from kinolog.cli.library.folder import Found
from kinolog.cli.log_lines import harmless

_LONGEST_NAME: Final = 32


class FileBar:
    """The line of one file. The methods take how many bytes are done of the step."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def hashed(self, position: int) -> None:
        self._progress.update(self._task, completed=position, step="reading")

    def sent(self, position: int) -> None:
        self._progress.update(self._task, completed=position, step="sending")

    def waits(self) -> None:
        self._progress.update(self._task, step="being looked at")


class ImportBars:
    """A live display; use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=32),
            DownloadColumn(),
            TextColumn("{task.fields[step]:<15}", markup=False),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._expected_bytes = 0
        self._whole = self._progress.add_task("all files", total=0.0, step="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def expect(self, files: Iterable[Found]) -> None:
        self._expected_bytes += sum(found.size_bytes for found in files)
        self._progress.update(self._whole, total=self._expected_bytes)

    @contextmanager
    def file(self, found: Found) -> Iterator[FileBar]:
        name = harmless(found.path.name)[:_LONGEST_NAME]
        task = self._progress.add_task(name, total=found.size_bytes, step="")
        try:
            yield FileBar(self._progress, task)
        finally:
            self._progress.remove_task(task)
            self._progress.advance(self._whole, found.size_bytes)
