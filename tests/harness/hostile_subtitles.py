"""Subtitles that mean harm, and a reader of one of them that the kernel stops where it takes too much.

`python -m harness.hostile_subtitles NAME CPU_SECONDS MEMORY_MIB` prints how the reading ended, as one word.
"""

import resource
import sys
from collections.abc import Callable, Mapping
from typing import Final

from kinolog.common.subtitles.reading import SubtitlesRefused, read_subtitles

MANY: Final = 1_000_000
SRT_TIMES: Final = "00:00:01,000 --> 00:00:02,000\n"
SRT: Final = f"1\n{SRT_TIMES}"
VTT: Final = "WEBVTT\n\n00:01.000 --> 00:02.000\n"
DIALOGUE: Final = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,"
ASS: Final = f"[Events]\n{DIALOGUE}"
CUE: Final = '{"start":0,"end":0,"text":"a"}'

# What takes time by the square of these sizes would take days.
FILES: Final[Mapping[str, Callable[[], str]]] = {
    "more_cues_than_a_film_has.srt": lambda: f"{SRT}x\n\n" * 200_000,
    "cues_without_blank_lines.srt": lambda: f"{SRT}x\n" * 110_000,
    "one_line_of_64_mib.srt": lambda: "x" * 64 * 2**20,
    "zeros.srt": lambda: "\0" * 5 * MANY,
    "a_text_of_zeros.srt": lambda: SRT + "\0" * 5 * MANY,
    "digits.srt": lambda: "1\n" * MANY,
    "spaces_for_an_arrow.srt": lambda: "1\n00:00:01,000" + " " * 5 * MANY + "x",
    "mixed_line_ends.srt": lambda: "\r\r\n\n\r\n" * 200_000 + SRT + "x",
    "deep_markup.srt": lambda: SRT + "<b>" * 2 * MANY + "x",
    "tags_that_do_not_end.srt": lambda: SRT + ("<b " + "a" * 190) * 30_000,
    "braces.srt": lambda: SRT + "{\\" * 2 * MANY,
    "blank_lines.vtt": lambda: "WEBVTT" + "\n" * 2 * MANY + VTT.removeprefix("WEBVTT") + "x",
    "deep_markup.vtt": lambda: VTT + "<b>" * 2 * MANY + "x",
    "less_than.vtt": lambda: VTT + "<" * 5 * MANY,
    "voices_that_do_not_end.vtt": lambda: VTT + ("<v " + "a" * 190) * 30_000,
    "voices.vtt": lambda: VTT + "".join(f"<v n{number}>" for number in range(MANY)) + "x",
    "times_of_words.vtt": lambda: VTT + "<00:01.500>a " * MANY,
    "a_number_of_a_character.vtt": lambda: VTT + "&#" + "9" * 90_000 + ";x",
    "ampersands.vtt": lambda: VTT + "&" * 5 * MANY,
    "notes.vtt": lambda: "WEBVTT\n\n" + "NOTE\n\n" * 200_000,
    "arrows.vtt": lambda: VTT + "-->\n" * MANY,
    "hours.vtt": lambda: "WEBVTT\n\n99999999:99:99.000 --> 99999999:99:99.000\nx",
    "karaoke.ass": lambda: ASS + r"{\k1}" * MANY + "x",
    "drawing_that_does_not_end.ass": lambda: ASS + "{" + r"\p1" * MANY,
    "drawing.ass": lambda: ASS + r"{\p1\clip(0,0,9,9)}" + "m 1 1 l 9 9 " * 500_000 + f"\n{DIALOGUE}x",
    "huge_letters.ass": lambda: ASS + r"{\fs99999999999\fscx999999}" + "x",
    "braces.ass": lambda: ASS + "{" * 5 * MANY,
    "backslashes.ass": lambda: ASS + "\\" * 5 * MANY,
    "a_font_within.ass": lambda: "[Fonts]\nfontname: a.ttf\n" + ("M" * 80 + "\n") * 150_000 + f"{ASS}x",
    "fields.ass": lambda: "[Events]\nFormat: " + ",".join(map(str, range(10_000))) + f",Start,End,Text\n{DIALOGUE}x",
    "commas.ass": lambda: "[Events]\nFormat: " + "," * 5 * MANY,
    "formats.ass": lambda: "[Events]\n" + "Format: Start, End, Text\n" * 100_000,
    "a_long_name.ass": lambda: "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default," + "x" * 5 * MANY + ",0,0,0,,x",
    "deep.json": lambda: '{"version":1,"cues":' + "[" * 100_000 + "]" * 100_000 + "}",
    "cues.json": lambda: '{"version":1,"cues":[' + ",".join([CUE] * 110_000) + "]}",
    "words.json": lambda: '{"version":1,"cues":[' + CUE[:-1] + ',"words":[' + ",".join([CUE] * 200_000) + "]}]}",
    "digits.json": lambda: '{"version":1,"cues":[{"start":' + "9" * 5 * MANY + "}]}",
}


def main(name: str, cpu_seconds: int, memory_mib: int) -> None:
    text = FILES[name]()
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib * 2**20, memory_mib * 2**20))
    try:
        read_subtitles(text, name.rpartition(".")[2])
    except SubtitlesRefused:
        print("refused")
    else:
        print("read")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
