"""Reading the packets of a film, of one stream or several."""

from collections.abc import Callable, Iterator, Sequence

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from kinolog.common.errors import KinologError
from kinolog.common.media.opened import AnyPacket, Opened


def packets_of(
    media: Opened, stream: VideoStream | AudioStream, damaged: Callable[[av.FFmpegError], KinologError]
) -> Iterator[AnyPacket]:
    """Those with content. Raises what `damaged` makes of the error of a file that cannot be read."""
    yield from packets_of_all(media, [stream], damaged)


def packets_of_all(
    media: Opened,
    streams: Sequence[VideoStream | AudioStream],
    damaged: Callable[[av.FFmpegError], KinologError],
) -> Iterator[AnyPacket]:
    """As `packets_of`, in the order of the file."""
    try:
        yield from (packet for packet in media.file.demux(list(streams)) if packet.size)
    except MemoryError:
        raise  # PyAV counts it among the errors of the file, which it is not.
    except av.FFmpegError as error:
        raise damaged(error) from error
