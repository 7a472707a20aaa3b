"""Encoders and decoders that are built into graphics hardware: which there may be, and which were proved to work.

That ffmpeg lists one only says that it was built with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from kinolog.render.domain.work import Picture, PictureCodec

Vendor = Literal["nvenc", "videotoolbox", "qsv", "vaapi", "amf"]
HardwareWish = Literal["auto", "cpu", "nvenc", "videotoolbox", "qsv", "vaapi", "amf"]
Acceleration = Literal["cuda", "videotoolbox", "qsv", "vaapi"]

# In the order of preference, for machines that have several.
VENDORS: Final[tuple[Vendor, ...]] = ("nvenc", "videotoolbox", "qsv", "vaapi", "amf")
ACCELERATIONS: Final[tuple[Acceleration, ...]] = ("cuda", "videotoolbox", "qsv", "vaapi")
# Encoding AV1 is for the newest devices, and Apple's have none.
_CODECS: Final[tuple[PictureCodec, ...]] = ("h264", "hevc", "av1")
_MISSING: Final = frozenset({"av1_videotoolbox"})
# These talk to one device file of the kernel and have to be told which.
_NEED_DEVICE: Final = ("qsv", "vaapi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coder:
    """A hardware encoder on one device; `device` is a file of the kernel where the vendor's library asks for one."""

    vendor: Vendor
    codec: PictureCodec
    device: str | None = None

    @property
    def name(self) -> str:
        return f"{self.codec}_{self.vendor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """A way to have films decoded by a device."""

    acceleration: Acceleration
    device: str | None = None

    @property
    def name(self) -> str:
        return f"decode_{self.acceleration}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What was proved by use, and what the rest said instead, by name."""

    coders: tuple[Coder, ...] = ()
    decoders: tuple[Decoder, ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        names = [coder.name for coder in self.coders] + [decoder.name for decoder in self.decoders]
        return tuple(dict.fromkeys(names))

    def coder_for(self, picture: Picture) -> Coder | None:
        """Options of an encoder are those of the CPU's."""
        if picture.extra:
            return None
        return next((coder for coder in self.coders if coder.codec == picture.codec), None)

    @property
    def decoder(self) -> Decoder | None:
        return next(iter(self.decoders), None)


NO_HARDWARE: Final = Hardware()


def conceivable_coders(devices: tuple[str, ...], wish: HardwareWish, *, is_apple: bool) -> Iterator[Coder]:
    """In the order of preference. `devices` are the device files that there are."""
    for vendor in VENDORS:
        for device in _places(vendor, devices, is_apple) if wish in ("auto", vendor) else ():
            coders = (Coder(vendor=vendor, codec=codec, device=device) for codec in _CODECS)
            yield from (coder for coder in coders if coder.name not in _MISSING)


def conceivable_decoders(devices: tuple[str, ...], wish: HardwareWish, *, is_apple: bool) -> Iterator[Decoder]:
    for acceleration in ACCELERATIONS:
        if wish in ("auto", "nvenc" if acceleration == "cuda" else acceleration):
            for device in _places(acceleration, devices, is_apple):
                yield Decoder(acceleration=acceleration, device=device)


def _places(name: str, devices: tuple[str, ...], is_apple: bool) -> tuple[str | None, ...]:
    """Apple's machines have nobody else's hardware, and no one else has theirs."""
    if is_apple is not (name == "videotoolbox"):
        return ()
    return devices if name in _NEED_DEVICE else (None,)
