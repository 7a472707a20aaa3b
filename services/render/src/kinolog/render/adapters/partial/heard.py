"""Sound as samples: what packets of AAC sound like, and packets for what is to be heard. Moments are samples."""

from array import array
from collections.abc import Iterable
from typing import Final, TypeAlias, cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from kinolog.render.domain.aac import FRAME_SAMPLES

Channels: TypeAlias = tuple["array[float]", ...]
"""The samples of each channel, from -1 to 1."""

_CODEC: Final = "aac"
_FORMAT: Final = "fltp"
_NUMBER: Final = "f"
_FRAME_BYTES: Final = 4 * FRAME_SAMPLES
# The first two bytes tell a decoder everything but extensions, which new packets do without.
_HEADER_BYTES: Final = 2
# Few packets are made, so they may be far better than those that they stand between.
_BITS_PER_CHANNEL: Final = 160_000
# Noise that is only said to be there, and a second channel that is only said to be like the first, fit no neighbour.
_WAVES_ALONE: Final = {"aac_pns": "0", "aac_is": "0"}


def decoded(source: AudioStream, packets: Iterable[bytes]) -> Channels:
    """Packet by packet, as many samples as they have. Raises av.FFmpegError, and ValueError for unusual frames."""
    decoder = cast("AudioCodecContext", av.CodecContext.create(_CODEC, "r"))
    decoder.extradata = source.codec_context.extradata
    decoder.thread_count = 1
    heard = tuple(array(_NUMBER) for _ in range(source.codec_context.channels))
    for packet in packets:
        for frame in decoder.decode(av.Packet(packet)):
            if frame.samples != FRAME_SAMPLES or frame.format.name != _FORMAT or len(frame.planes) != len(heard):
                raise ValueError(f"{frame.samples} samples of {frame.format.name} in {len(frame.planes)} channels")
            for channel, plane in zip(heard, frame.planes, strict=True):
                channel.frombytes(bytes(plane)[:_FRAME_BYTES])
    return heard


def encoded(source: AudioStream, wanted: Channels) -> list[bytes]:
    """Whole packets, of which the first begins one earlier than what is wanted: an encoder looks behind and ahead.

    Raises ValueError where a decoder of the source's own packets would not know them.
    """
    encoder = _encoder(source)
    frames = (_frame(encoder, wanted, at) for at in range(0, len(wanted[0]), FRAME_SAMPLES))
    packets = [bytes(packet) for frame in (*frames, None) for packet in encoder.encode(frame)]
    if _header(encoder) != _header(source.codec_context):
        raise ValueError("the sound is coded in another way")
    return packets


def _encoder(source: AudioStream) -> AudioCodecContext:
    encoder = cast("AudioCodecContext", av.CodecContext.create(_CODEC, "w"))
    encoder.sample_rate, encoder.format = source.codec_context.sample_rate, _FORMAT
    encoder.layout = source.codec_context.layout
    encoder.bit_rate = _BITS_PER_CHANNEL * source.codec_context.channels
    encoder.options = _WAVES_ALONE
    return encoder


def _frame(encoder: AudioCodecContext, wanted: Channels, at: int) -> AudioFrame:
    frame = AudioFrame(format=_FORMAT, layout=encoder.layout.name, samples=FRAME_SAMPLES)
    frame.sample_rate, frame.pts = encoder.sample_rate, at
    for channel, plane in zip(wanted, frame.planes, strict=True):
        plane.update(channel[at : at + FRAME_SAMPLES].tobytes())
    return frame


def _header(context: AudioCodecContext) -> bytes:
    return bytes(context.extradata or b"")[:_HEADER_BYTES]

