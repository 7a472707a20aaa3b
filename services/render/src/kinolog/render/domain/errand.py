"""What a child program is to do with a film's packets, and with which sound: plain values that travel as JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from kinolog.common.media.facts import NO_LABEL, Question, SoundLabel
from kinolog.render.domain.packets import PictureTrack
from kinolog.render.domain.partial import PartialPlan, Seconds

Action: TypeAlias = Literal["index", "feed", "join"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A file to be rendered in part, and the folder to do that in; `container` pins the demuxer."""

    path: Path
    container: str
    workdir: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTrack:
    """A track of sound by its place in a file, and what the new film says of it."""

    stream: int
    label: SoundLabel = NO_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSound:
    """Tracks of sound of a file, as they are. `zero_seconds` is the moment of the file's clock that the film calls 0;
    `window` keeps what sounds from its first second up to its second, which then begins at 0, and `windows`, of which
    there are several, what sounds in each of them, one right after the other.
    """

    path: Path
    container: str
    tracks: tuple[KeptTrack, ...]
    zero_seconds: float = 0.0
    window: tuple[float, float] | None = None
    windows: tuple[Seconds, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Files that are passed on lie in `folder`; `max_packets` is how many a film may have at most. What is to be drawn
    upon during some `spans` can be fed to the encoder as soon as there is an index.
    """

    action: Action
    question: Question
    folder: Path
    max_packets: int
    track: PictureTrack | None = None
    plan: PartialPlan | None = None
    sound: KeptSound | None = None
    threads: int = 1
    spans: tuple[Seconds, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The files of a partial rendering in its folder."""

    folder: Path

    @property
    def shown(self) -> Path:
        return self.folder / "packets.shown"

    @property
    def starts(self) -> Path:
        return self.folder / "packets.starts"

    @property
    def digests(self) -> Path:
        return self.folder / "packets.digests"

    @property
    def errand(self) -> Path:
        return self.folder / "errand.json"

    @property
    def feed(self) -> Path:
        return self.folder / "feed.nut"

    @property
    def runs(self) -> Path:
        return self.folder / "runs.mp4"

    @property
    def joined(self) -> Path:
        return self.folder / "joined.mp4"
