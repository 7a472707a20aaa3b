"""Encoding on graphics hardware where this machine has any for the work, and on the CPU where that comes to nothing."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import structlog

from kinolog.common.errors import WorkError
from kinolog.render.adapters.ffmpeg import FFmpeg
from kinolog.render.adapters.ffmpeg_arguments import work_of
from kinolog.render.adapters.hardware_coders import Aid, decoding_arguments, encoding_aid
from kinolog.render.domain.hardware import Decoder, Hardware
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.work import Encoded, Picture, Work

# The CPU would fare no better.
_HOPELESS: Final = ("storage_full", "media_limits")
_FILTER: Final = "-filter:v"

_logger: Final = structlog.get_logger(__name__)


class Finder(Protocol):
    async def find(self) -> Hardware:
        """What works here. Quick, except for the first time ever."""
        ...


@dataclass(frozen=True, slots=True)
class GpuFFmpeg:
    """See `FFmpeg`. `helped` has the limits of a program that maps a device's memory into its own."""

    cpu: FFmpeg
    helped: FFmpeg
    finder: Finder

    @property
    def versions(self) -> dict[str, str]:
        return self.cpu.versions

    async def encode(self, recipe: Recipe, source: Path, output: Path, on_progress: OnProgress) -> Encoded:
        return await self.run(work_of(recipe, source, output), on_progress)

    async def run(self, work: Work, on_progress: OnProgress) -> Encoded:
        """As `FFmpeg.run`; the result's `note` says why hardware was not used, or failed."""
        if work.picture is None:
            return await self.cpu.run(work, on_progress)
        hardware = await self.finder.find()
        aided = self._aided_on(hardware, work, work.picture)
        if aided is None:
            encoded = await self.cpu.run(work, on_progress)
            return replace(encoded, note=f"the CPU encoded, since {_obstacle(work.picture, hardware)}")
        return await self._tried(aided, work, on_progress)

    async def _tried(self, aided: "_Aided", work: Work, on_progress: OnProgress) -> Encoded:
        try:
            encoded = await self.helped.run(aided.work, on_progress, aided.aid)
        except WorkError as error:
            if error.kind in _HOPELESS:
                raise
            _logger.warning("Encoding on the CPU instead", hardware=aided.name, error=str(error), detail=error.detail)
            encoded = await self.cpu.run(work, on_progress)
            return replace(encoded, note=f"the CPU encoded, since {aided.name} failed: {error}")
        return replace(encoded, note=aided.note)

    def _aided_on(self, hardware: Hardware, work: Work, picture: Picture) -> "_Aided | None":
        """With an encoder; else with a decoder alone, as on a data centre's devices; None without either."""
        coder = hardware.coder_for(picture)
        aid = encoding_aid(picture, self.cpu.options, coder) if coder else None
        ready = uploading(work, aid.upload) if aid else None
        if coder and aid and ready:
            return _Aided(replace(aid, decoding=_decoding(hardware.decoder)), ready, coder.name)
        if hardware.decoder is None or picture.extra:
            return None
        note = f"the CPU encoded, since {_obstacle(picture, hardware)}; {hardware.decoder.name} was there to decode"
        return _Aided(Aid(decoding=_decoding(hardware.decoder)), work, hardware.decoder.name, note)


@dataclass(frozen=True, slots=True)
class _Aided:
    """Work as hardware needs it; `name` says which."""

    aid: Aid
    work: Work
    name: str
    note: str = ""


def uploading(work: Work, upload: str) -> Work | None:
    """The filters end on the device; None where there is no simple chain of them to lengthen."""
    if not upload:
        return work
    if _FILTER not in work.arguments:
        return None
    place = work.arguments.index(_FILTER) + 1
    chain = ",".join(filter(None, (work.arguments[place], upload)))
    return replace(work, arguments=(*work.arguments[:place], chain, *work.arguments[place + 1 :]))


def _decoding(decoder: Decoder | None) -> tuple[str, ...]:
    return decoding_arguments(decoder) if decoder else ()


def _obstacle(picture: Picture, hardware: Hardware) -> str:
    if picture.extra:
        return "the job needs an encoder of the CPU's"
    if hardware.coder_for(picture) is None:
        return f"no hardware here was proved to encode {picture.codec}"
    return f"the hardware here is unable to make {picture.codec} as it was asked for"
