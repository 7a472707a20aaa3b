"""Moments as SRT and VTT write them. Hours have two digits or more: some videos are longer than four days."""


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def timestamp(moment_milliseconds: int, *, decimal_mark: str) -> str:
    minutes, rest = divmod(moment_milliseconds, 60_000)
    seconds, fraction = divmod(rest, 1000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{decimal_mark}{fraction:03d}"
