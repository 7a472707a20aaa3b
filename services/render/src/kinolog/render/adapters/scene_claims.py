"""How the child programs that measure a film share its pieces: each piece belongs to whoever takes it first."""

from pathlib import Path

from kinolog.render.domain.segments import remotest


class Claims:
    """A file for each piece that is taken, in a folder that all of them see; only one can make it."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._count = folder, count

    def take(self, piece: int) -> bool:
        """Whether nobody had it yet, and it is ours from now on."""
        try:
            (self._folder / f"{piece}.taken").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def take_any(self) -> int | None:
        """One that is far from where the others are; None where they need no help."""
        while (piece := remotest(self._taken(), self._count)) is not None:
            if self.take(piece):
                return piece
        return None

    def _taken(self) -> list[int]:
        return [int(file.stem) for file in self._folder.glob("*.taken")]
