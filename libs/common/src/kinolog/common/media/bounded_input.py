"""How ffmpeg is given a file of a stranger: with the same bounds as for looking into it."""

from collections.abc import Sequence
from pathlib import Path

from kinolog.common.media.formats import DECODERS, DEMUXERS, PROTOCOLS


def bounded_input(
    path: Path,
    container: str,
    max_pixels: int,
    *,
    options: Sequence[str] = (),
    demuxers: Sequence[str] = DEMUXERS,
    decoders: Sequence[str] = DECODERS,
) -> tuple[str, ...]:
    """`container` pins the demuxer; `file:` keeps a name from being taken for a protocol."""
    return (
        *("-protocol_whitelist", ",".join(PROTOCOLS), "-format_whitelist", ",".join(demuxers)),
        *("-codec_whitelist", ",".join(decoders), "-max_pixels", str(max_pixels)),
        *(*options, "-f", container, "-i", f"file:{path.absolute()}"),
    )
