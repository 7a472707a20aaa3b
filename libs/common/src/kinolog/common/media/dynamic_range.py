"""How much light a picture has: standard dynamic range, or which of the high ones."""

from typing import Final

_PQ: Final = 16
_HLG: Final = 18
_DOLBY_TAGS: Final = frozenset({"dvh1", "dvhe", "dva1", "dvav", "dav1"})


def dynamic_range(transfer: int, codec_tag: str, has_dolby_metadata: bool) -> str:
    """`sdr`, `hdr10`, `hlg` or `dolby_vision`. `transfer` is that of ITU-T H.273.

    Dolby Vision often lies over HDR10 or HLG, and says so by what it adds to frames, or by the name of the codec.
    """
    if has_dolby_metadata or codec_tag in _DOLBY_TAGS:
        return "dolby_vision"
    return {_PQ: "hdr10", _HLG: "hlg"}.get(transfer, "sdr")
