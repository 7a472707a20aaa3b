"""When a voice begins. To Whisper, the first word after a pause seems to begin where it began to listen, which is a
little earlier: by the margin that voice detection leaves.
"""

from typing import Final

import numpy as np

from kinolog.transcribe.adapters.cutting import RATE, Sound

_FRAME: Final = RATE // 100
# Speech is this much louder than what is silence beside it: 32 dB. Where noise is louder than that, nothing is moved.
_QUIET: Final = 0.025
# A soft consonant may come before what is heard first, and a leap below this is none.
_LEAD_SECONDS: Final = 0.05
_SMALLEST_LEAP_SECONDS: Final = 0.1


def voice_begins(sound: Sound, start: float, end: float) -> float:
    """Where, in a word from `start` to `end` (seconds), the silence before it ends; `start` where there is none."""
    frames = sound[round(start * RATE) : round(end * RATE)]
    loudness = np.abs(frames[: len(frames) // _FRAME * _FRAME]).reshape(-1, _FRAME).max(axis=1, initial=0.0)
    if not loudness.size or not loudness.max():
        return start
    leap = float(np.argmax(loudness > _QUIET * loudness.max())) * _FRAME / RATE - _LEAD_SECONDS
    return start + leap if leap >= _SMALLEST_LEAP_SECONDS else start
