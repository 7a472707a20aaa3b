"""What the child program that measures frames is told."""

from dataclasses import dataclass

from kinolog.common.jobs.split import Detector


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneTask:
    """`command` writes raw frames, as wide and high as is said here, to its standard output and the moment of each to
    the file `moments_path`. `times_path` and `scores_path` are for us: doubles, one a frame.
    """

    command: tuple[str, ...]
    detector: Detector
    width: int
    height: int
    moments_path: str
    times_path: str
    scores_path: str
