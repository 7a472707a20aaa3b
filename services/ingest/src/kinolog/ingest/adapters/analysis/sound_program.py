"""The child program that listens to one film: `python -m kinolog.ingest.adapters.analysis.sound_program TASK`.

ffmpeg decodes the sound once, in the same limited process group, and measures loudness and silences on the way; what it
hands on becomes the waveform. Answers as `kinolog.common.media.tell` has it.
"""

import json
import signal
import subprocess
import sys
from array import array
from collections import deque
from pathlib import Path
from threading import Thread
from typing import IO, Any, Final

from kinolog.common.media.bounded_input import bounded_input
from kinolog.common.media.facts import MediaRefused
from kinolog.common.media.opened import opened
from kinolog.common.media.silences import silence_filters, silences_in
from kinolog.common.media.tell import PercentTeller, tell
from kinolog.common.media.whole_film import whole_clock, whole_sound
from kinolog.ingest.adapters.analysis.loudness import FILTER, loudness_in
from kinolog.ingest.adapters.analysis.peaks import draw_waveform, peaks_in, write_waveform
from kinolog.ingest.adapters.analysis.tasks import SoundTask
from kinolog.ingest.domain.waveform import SAMPLE_RATE

_SILENCES: Final = "silences.txt"
_LAST_LINES: Final = 60
_DIGITS: Final = 3


def main() -> None:
    task = SoundTask.of(json.loads(sys.argv[1]))
    tell(lambda: sound_of(task))


def sound_of(task: SoundTask) -> dict[str, Any]:
    """Raises MediaRefused."""
    peaks: array[int] = array("b")
    said: deque[str] = deque(maxlen=_LAST_LINES)
    with subprocess.Popen(  # noqa: S603
        _command(task), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as decoder:
        assert decoder.stdout is not None  # noqa: S101  # spawned with pipes, both of them
        assert decoder.stderr is not None  # noqa: S101
        listener = Thread(target=_remember, args=(decoder.stderr, said))
        listener.start()
        _collect(task, decoder.stdout, peaks)
        listener.join()
    _end_like(decoder.returncode, said)
    if not peaks:
        raise MediaRefused("media_corrupt", "Nothing of the sound can be decoded: upload an undamaged file.")
    write_waveform(peaks, task.samples_per_peak, Path(task.waveform_path))
    draw_waveform(peaks, Path(task.picture_path))
    return {"peak_count": len(peaks) // 2, **loudness_in(list(said)), **_silences(task)}


def _command(task: SoundTask) -> tuple[str, ...]:
    """The film's first moment is 0, and its sound as long as the film, gaps filled with silence."""
    with opened(task.question) as media:
        if media.sound is None:
            raise MediaRefused("media_unsupported", "The film has no sound.")
        stream, container = media.sound.index, media.container
        picture = None if media.picture is None else media.picture.index
    filters = (
        whole_sound(task.duration, SAMPLE_RATE),
        f"{FILTER},{silence_filters(task.threshold_db, task.shortest_silence_seconds, _SILENCES)}",
        # Without a filter between them, the loudness would be measured of what channels are mixed to, and not of all.
        "aresample,aformat=sample_fmts=s16:channel_layouts=mono",
    )
    return (
        *(task.ffmpeg, "-hide_banner", "-nostdin", "-loglevel", "info", "-nostats", "-copyts", "-start_at_zero"),
        *bounded_input(Path(task.question.path), container, task.question.max_pixels),
        *("-map", f"0:{stream}", "-filter:a", ",".join(filters), "-f", "s16le", "pipe:1"),
        *whole_clock(container, picture),
    )


def _remember(lines: IO[bytes], said: "deque[str]") -> None:
    for line in lines:
        said.append(line.decode(errors="replace").rstrip())


def _collect(task: SoundTask, sound: IO[bytes], peaks: "array[int]") -> None:
    on_percent, expected = PercentTeller(), max(1.0, task.duration * SAMPLE_RATE / task.samples_per_peak)
    for some in peaks_in(sound, task.samples_per_peak):
        peaks.frombytes(some.tobytes())
        on_percent(100 * len(peaks) / 2 / expected)


def _end_like(exit_code: int, said: "deque[str]") -> None:
    """The end of the decoder tells which limit was met, and so must ours. Comes back where the decoder ended well."""
    if exit_code:
        sys.stderr.write("\n".join(said))
        sys.stderr.flush()
    if exit_code < 0:
        signal.raise_signal(-exit_code)
    if exit_code > 0:
        sys.exit(exit_code)


def _silences(task: SoundTask) -> dict[str, Any]:
    """Written as JSON, and what they come to."""
    with Path(_SILENCES).open() as lines:
        spans = [(round(start, _DIGITS), round(end, _DIGITS)) for start, end in silences_in(lines, task.duration)]
    longest = sorted(spans, key=lambda span: span[0] - span[1])[: task.max_listed_silences]
    stored = {
        "version": 1,
        "threshold_db": task.threshold_db,
        "shortest_seconds": task.shortest_silence_seconds,
        "silences": [{"start": start, "end": end} for start, end in sorted(longest)],
    }
    Path(task.silences_path).write_text(json.dumps(stored))
    silent_seconds = round(sum(end - start for start, end in spans), _DIGITS)
    return {"silence_count": len(spans), "silent_seconds": silent_seconds}


if __name__ == "__main__":
    main()
