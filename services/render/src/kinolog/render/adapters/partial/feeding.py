"""Making the film that the encoder reads: only the packets that it takes to decode the frames that change."""

from collections.abc import Sequence
from itertools import chain

import av

from kinolog.common.media.opened import opened
from kinolog.render.adapters.partial.index_files import read_index
from kinolog.render.adapters.partial.indexing import picture_packets
from kinolog.render.adapters.partial.reporting import OnPercent, reported
from kinolog.render.domain.errand import Errand, Places
from kinolog.render.domain.packets import PacketIndex, PictureTrack, decode_times
from kinolog.render.domain.partial import PartialPlan, Renewed
from kinolog.render.domain.partial_encode import FEED_FORMAT, feed_lead


def feed_encoder(errand: Errand, track: PictureTrack, plan: PartialPlan, on_percent: OnPercent) -> None:
    """Raises PartialRefused where the film is damaged."""
    places = Places(folder=errand.folder)
    index = read_index(track, places)
    wanted = fed_packets(plan.runs)
    due = dict(zip(wanted, _times(index, wanted), strict=True))
    with opened(errand.question) as media, av.open(str(places.feed), "w", format=FEED_FORMAT) as feed:
        assert media.picture is not None  # noqa: S101  # the index was made of it
        stream = feed.add_stream_from_template(media.picture, opaque=True)
        packets = reported(picture_packets(media, media.picture), len(index.shown), on_percent)
        for number, packet in enumerate(packets):
            if number in due:
                packet.pts, packet.dts = due[number]
                packet.stream = stream
                feed.mux(packet)


def fed_packets(runs: Sequence[Renewed]) -> list[int]:
    """Every packet once, even where two runs take their frames out of one group."""
    return sorted(set(chain.from_iterable(range(run.fed_from, run.end) for run in runs)))


def _times(index: PacketIndex, wanted: Sequence[int]) -> list[tuple[int, int]]:
    lead = feed_lead(index)
    shown = [index.shown[number] + lead for number in wanted]
    return list(zip(shown, decode_times(shown, index.track.frame_ticks), strict=True))
