"""Sound as samples: what packets of AAC sound like, and packets for what is to be heard."""

from array import array
from collections.abc import Iterable
from typing import Final, TypeAlias

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from kinolog.render.domain.aac import FRAME_SAMPLES

Channels: TypeAlias = "tuple[array[float], ...]"
"""The samples of each channel, from -1 to 1."""

_CODEC: Final = "aac"
_FORMAT: Final = "fltp"
_NUMBER: Final = "f"
_FRAME_BYTES: Final = 4 * FRAME_SAMPLES
# The first two bytes tell a decoder everything but extensions, which new packets do without.
_HEADER_BYTES: Final = 2
# Few packets are made, so they may be far better than those that they stand between.
_BITS_PER_CHANNEL: Final = 240_000
# Noise that is only said to be there, and a channel that is only said to be like the other, do not fit old packets.
_WAVES_ALONE: Final = {"aac_pns": "0", "aac_is": "0"}


def decoded(source: AudioStream, packets: Iterable[bytes]) -> Channels:
    """As many samples as the packets have. Raises av.FFmpegError, and ValueError for frames of another kind."""
    decoder = av.CodecContext.create(_CODEC, "r")
    decoder.extradata, decoder.thread_count = source.codec_context.extradata, 1
    heard = tuple(array(_NUMBER) for _ in range(source.codec_context.channels))
    for packet in packets:
        for frame in decoder.decode(av.Packet(packet)):
            _take_in(frame, heard)
    return heard


def _take_in(frame: AudioFrame, heard: Channels) -> None:
    if (FRAME_SAMPLES, _FORMAT, len(heard)) != (frame.samples, frame.format.name, len(frame.planes)):
        raise ValueError(f"{frame.samples} samples of {frame.format.name} in {len(frame.planes)} channels")
    for channel, plane in zip(heard, frame.planes, strict=True):
        channel.frombytes(bytes(plane)[:_FRAME_BYTES])


def encoded(source: AudioStream, wanted: Channels) -> list[bytes]:
    """Packets for whole frames of samples, of which the first begins a frame before them.

    Raises av.FFmpegError, and ValueError where a decoder of the source's own packets would not know these.
    """
    encoder = _encoder(source)
    frames = [_frame(encoder, wanted, at) for at in range(0, len(wanted[0]), FRAME_SAMPLES)]
    packets = [bytes(packet) for frame in (*frames, None) for packet in encoder.encode(frame)]
    if _header(encoder.extradata) != _header(source.codec_context.extradata):
        raise ValueError("new packets would be coded in another way")
    return packets


def _encoder(source: AudioStream) -> AudioCodecContext:
    encoder = av.CodecContext.create(_CODEC, "w")
    encoder.sample_rate, encoder.format = source.codec_context.sample_rate, _FORMAT
    encoder.layout, encoder.options = source.codec_context.layout.name, _WAVES_ALONE
    encoder.bit_rate = _BITS_PER_CHANNEL * source.codec_context.channels
    encoder.open()
    return encoder


def _frame(encoder: AudioCodecContext, wanted: Channels, at: int) -> AudioFrame:
    frame = AudioFrame(format=_FORMAT, layout=encoder.layout.name, samples=FRAME_SAMPLES)
    frame.sample_rate, frame.pts = encoder.sample_rate, at
    for channel, plane in zip(wanted, frame.planes, strict=True):
        plane.update(channel[at : at + FRAME_SAMPLES].tobytes())
    return frame


def _header(parameters: bytes | None) -> bytes:
    return bytes(parameters or b"")[:_HEADER_BYTES]
