"""How many films are encoded at once, and on how many threads each, so that they do not take each other's time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """`threads` of 0 leaves the number to the encoder, which then takes the machine for its own. `decode_threads` are
    for decoders beside an encoder that has far more to do.
    """

    slots: int
    threads: int
    decode_threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderNeeds:
    """What one encoder makes good use of."""

    cores: int
    memory_bytes: int


def capacity_of(*, cores: int, memory_bytes: int, is_whole: bool, needs: EncoderNeeds, slots: int = 0) -> Capacity:
    """`is_whole` tells that these are all cores there are; `slots` of 0 leaves the number to this rule."""
    slots = slots or max(1, min(cores // needs.cores, memory_bytes // needs.memory_bytes))
    # Encoders of frames beside each other wait for each other a third of the time.
    threads = 0 if slots == 1 and is_whole else max(1, cores * 3 // (2 * slots))
    # A decoder's threads cost the encoder's cache: on two cores, a burn is some hundredths more work with FFmpeg's own
    # number of them.
    return Capacity(slots=slots, threads=threads, decode_threads=max(1, cores // (2 * slots)))
