"""Proving hardware by use: each encoder has to make a film that decodes, each decoder frames that lie on its device.

Without its own pixel format asked for, ffmpeg would silently decode on the CPU instead.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.adapters.hardware_coders import decoding_arguments, encoding_aid
from kinolog.render.domain.hardware import Coder, Decoder, Hardware
from kinolog.render.domain.work import Picture

_QUIET: Final = ("-hide_banner", "-nostdin", "-loglevel", "error", "-y")
_FRAMES: Final = 8
# Some devices refuse to encode anything smaller.
_PATTERN: Final = ("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-frames:v", str(_FRAMES))
_NOWHERE: Final = ("-f", "null", "-")
_DEVICE_FORMATS: Final = {"cuda": "cuda", "videotoolbox": "videotoolbox_vld", "qsv": "qsv", "vaapi": "vaapi"}
_REFUSAL_CHARACTERS: Final = 200
# Which part of ffmpeg speaks, and where that lies in memory.
_ADDRESS: Final = re.compile(r"^\[[^\]]*\] ")


@dataclass(frozen=True, slots=True)
class HardwareProbe:
    """Works in `folder`, which is the caller's to remove."""

    folder: Path
    options: EncodeOptions
    limits: Limits
    timeout_seconds: float

    async def hardware(self, coders: Iterable[Coder], decoders: Iterable[Decoder]) -> Hardware:
        """Raises ChildError and OSError only where ffmpeg is unable to work at all."""
        await self._run((*_PATTERN, "-c:v", "libx264", "-pix_fmt", "yuv420p", self._sample))
        encoding = {coder: await self._refusal_to_encode(coder) for coder in coders}
        decoding = {decoder: await self._refusal_to_decode(decoder) for decoder in decoders}
        return Hardware(
            coders=tuple(coder for coder, refusal in encoding.items() if not refusal),
            decoders=tuple(decoder for decoder, refusal in decoding.items() if not refusal),
            refusals=(
                *((coder.name, refusal) for coder, refusal in encoding.items() if refusal),
                *((decoder.name, refusal) for decoder, refusal in decoding.items() if refusal),
            ),
        )

    async def _refusal_to_encode(self, coder: Coder) -> str:
        """What it said instead of encoding; empty if it did. It is told exactly what it would be told for a job."""
        aid = encoding_aid(Picture(codec=coder.codec), self.options, coder)
        if aid is None:
            return "is not asked for what every film has"
        made = str(self.folder / "made.mkv")
        filters = ",".join(filter(None, ("format=yuv420p", aid.upload)))
        encode = (*aid.setup, *_PATTERN, "-vf", filters, *aid.picture, "-f", "matroska", made)
        return await self._refusal(encode) or await self._refusal(("-xerror", "-i", made, *_NOWHERE))

    async def _refusal_to_decode(self, decoder: Decoder) -> str:
        on_device = ("-hwaccel_output_format", _DEVICE_FORMATS[decoder.acceleration])
        back = ("-vf", "hwdownload,format=nv12")
        return await self._refusal((*decoding_arguments(decoder), *on_device, "-i", self._sample, *back, *_NOWHERE))

    async def _refusal(self, arguments: tuple[str, ...]) -> str:
        try:
            await self._run(arguments)
        except ChildError as error:
            said = error.stderr_tail.splitlines()
            return _ADDRESS.sub("", said[0] if said else str(error))[:_REFUSAL_CHARACTERS]
        return ""

    @property
    def _sample(self) -> str:
        return str(self.folder / "sample.mkv")

    async def _run(self, arguments: tuple[str, ...]) -> None:
        command = (imageio_ffmpeg.get_ffmpeg_exe(), *_QUIET, *arguments)
        await run_child(
            Child(argv=command, workdir=self.folder, limits=self.limits, timeout_seconds=self.timeout_seconds)
        )
