"""What a child program that measures frames is told."""

from dataclasses import dataclass
from pathlib import Path

from kinolog.common.detector import Detector


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneTask:
    """`decoder` and `arguments` are a command that writes raw frames, as wide and high as is said here; `clock` goes
    behind its output, for moments to count from the beginning of the whole film.

    Pieces of the film begin at `starts`, in seconds; the work begins with piece `first`, which nobody else takes, and
    goes on with whatever is free by then. What an unbroken pass finds is left in `folder`, in files named after its
    first piece: the moments and the scores of its frames, as doubles.
    """

    decoder: str
    arguments: tuple[str, ...]
    clock: tuple[str, ...]
    detector: Detector
    width: int
    height: int
    starts: tuple[float, ...]
    first: int
    overlap_seconds: float
    folder: str

    def command(self, piece: int) -> list[str]:
        """From the beginning of a piece on, to standard output, with a line for each frame in a file of moments."""
        seek = ("-ss", f"{self.starts[piece]:.6f}") if piece else ()
        moments = ("-stats_enc_pre:v", str(self.file(piece, "moments")))
        return [self.decoder, *seek, *self.arguments, *moments, "pipe:1", *self.clock]

    def file(self, piece: int, kind: str) -> Path:
        return Path(self.folder, f"{piece}.{kind}")
