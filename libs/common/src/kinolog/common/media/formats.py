"""The containers and codecs that Kinolog opens, and nothing else.

An allow-list, because what is missing from it can do harm: playlists, concat scripts and SDP open further files and
sockets, text and images would be "rendered", and rare decoders are where the security holes are.
"""

from typing import Final

PROTOCOLS: Final = ("file",)
DEMUXERS: Final = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "mpegts", "mpeg", "avi", "flv"),
    *("ogg", "mp3", "wav", "flac", "aac"),
)
VIDEO_DECODERS: Final = (
    *("h264", "hevc", "av1", "libdav1d", "vp8", "libvpx", "vp9", "libvpx-vp9", "mpeg1video", "mpeg2video", "mpeg4"),
    *("h263", "msmpeg4", "msmpeg4v2", "wmv1", "wmv2", "flv", "theora", "mjpeg", "prores", "dnxhd", "ffv1"),
)
AUDIO_DECODERS: Final = (
    *("aac", "mp3", "mp3float", "mp2", "mp2float", "opus", "libopus", "vorbis", "flac", "alac", "ac3", "eac3", "dca"),
    *("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8", "pcm_alaw", "pcm_mulaw"),
    *("adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb"),
)
DECODERS: Final = VIDEO_DECODERS + AUDIO_DECODERS

# FFmpeg names a demuxer by everything it reads; one of its names both tells a person more and pins the demuxer again.
_SHORT_NAMES: Final = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}

# In these the header says how long the file is meant to be; elsewhere FFmpeg estimates it from what is there.
STATES_DURATION: Final = frozenset({"mp4", "matroska", "avi", "flv", "wav", "flac"})

_WEB_CODECS: Final = frozenset({"vp8", "vp9", "av1", "opus", "vorbis", None})
_MEDIA_TYPES: Final = {
    "mp4": "video/mp4",
    "matroska": "video/x-matroska",
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "avi": "video/x-msvideo",
    "flv": "video/x-flv",
    "ogg": "video/ogg",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "aac": "audio/aac",
}


def short_name(demuxer: str) -> str:
    return _SHORT_NAMES.get(demuxer, demuxer)


def media_type(container: str, video_codec: str | None, audio_codec: str | None) -> str:
    """What a file is by what is inside it, whatever its uploader called it."""
    if container == "matroska" and {video_codec, audio_codec} <= _WEB_CODECS:
        media_type = "video/webm"
    else:
        media_type = _MEDIA_TYPES.get(container, "application/octet-stream")
    return media_type.replace("video/", "audio/") if video_codec is None else media_type
