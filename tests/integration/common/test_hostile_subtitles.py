"""Files that mean harm are read or refused with no more time and memory than a reader is given."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Final

import pytest
from harness.hostile_subtitles import FILES

CPU_SECONDS: Final = 10
MEMORY_MIB: Final = 1_024
READ: Final = {
    "mixed_line_ends.srt",
    "blank_lines.vtt",
    "a_number_of_a_character.vtt",
    "drawing.ass",
    "huge_letters.ass",
    "a_font_within.ass",
    "a_long_name.ass",
}


@pytest.mark.parametrize("name", FILES)
async def test_a_hostile_file_costs_little(name: str) -> None:
    argv = (sys.executable, "-m", "harness.hostile_subtitles", name, str(CPU_SECONDS), str(MEMORY_MIB))
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = await asyncio.create_subprocess_exec(*argv, stdout=PIPE, stderr=PIPE, env=env)
    told, wrong = await process.communicate()
    assert ("read" if name in READ else "refused", 0) == (told.decode().strip(), process.returncode), wrong.decode()
