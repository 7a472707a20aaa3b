"""Memory that was freed and that the C library keeps for later: large things leave a lot of it behind."""

import ctypes


def give_back_memory() -> None:
    """To the system, where the C library is one that keeps it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
