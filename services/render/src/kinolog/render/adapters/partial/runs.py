"""Reading back what the encoder made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Final

from av.video.stream import VideoStream

from kinolog.common.media.facts import Question
from kinolog.common.media.opened import AnyPacket, Opened, opened
from kinolog.render.adapters.partial.indexing import picture_packets
from kinolog.render.domain.h264 import ParameterSets
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex
from kinolog.render.domain.partial import PartialPlan

_FORMAT: Final = "mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedRuns:
    """`order` holds the numbers of the frames, counted over all runs, as the `packets` are stored."""

    parameters: ParameterSets
    order: Sequence[int]
    packets: Iterator[AnyPacket]


@contextmanager
def opened_runs(path: Path, index: PacketIndex, plan: PartialPlan, question: Question) -> Iterator[EncodedRuns]:
    """Raises PartialRefused where a run does not begin with a frame that stands alone."""
    asked = replace(question, path=str(path), container=_FORMAT)
    with opened(asked) as numbered:
        order = _order(numbered, index, plan)
    with opened(asked) as media:
        picture = _picture(media)
        parameters = _parameters(picture, index)
        yield EncodedRuns(parameters=parameters, order=order, packets=picture_packets(media, picture))


def _order(media: Opened, index: PacketIndex, plan: PartialPlan) -> list[int]:
    picture, (frames, seconds) = _picture(media), index.track.rate
    begins = set(accumulate((len(run.shown) for run in plan.runs[:-1]), initial=0))
    order: list[int] = []
    for packet in picture_packets(media, picture):
        order.append(round(Fraction((packet.pts or 0) * frames, seconds) * packet.time_base))
        if order[-1] in begins and not packet.is_keyframe:
            raise PartialRefused(Obstacle.UNFIT_RUNS, "a run does not stand alone")
    return order


def _picture(media: Opened) -> VideoStream:
    if media.picture is None:
        raise PartialRefused(Obstacle.UNFIT_RUNS, "nothing was encoded")
    return media.picture


def _parameters(picture: VideoStream, index: PacketIndex) -> ParameterSets:
    """Packets of both encoders must be framed alike."""
    parameters = ParameterSets.parsed(bytes(picture.codec_context.extradata or b""))
    ours = ParameterSets.parsed(bytes.fromhex(index.track.parameters))
    if parameters.length_bytes != ours.length_bytes:
        raise PartialRefused(Obstacle.FRAMING, "lengths of units have another size")
    return parameters
