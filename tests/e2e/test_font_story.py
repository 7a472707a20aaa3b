"""A font is added from the command line, named by a preset, and drawn into a film by another process."""

import os
import subprocess
import sys
from pathlib import Path

from harness.fonts import make_font
from harness.platform import TOKEN, Platform

SRT = "1\n00:00:00,000 --> 00:00:02,000\nHello\n\n"


def kinolog(platform: Platform, *arguments: str) -> str:
    settings = {"KINOLOG_DATA_DIR": str(platform.running.folder), "KINOLOG_TOKEN": TOKEN}
    command = (sys.executable, "-m", "kinolog.cli", *arguments)
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout


async def test_a_font_of_ones_own_is_drawn(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "boxes.ttf"
    file.write_bytes(make_font())
    assert "Story" in kinolog(platform, "fonts", "add", str(file), "--family", "Story Sans", "--reason", "a story")
    project_id = await platform.project()
    preset = {"style": {"fontName": "Story Sans", "effect": "karaoke"}}
    answer = await platform.client.put(f"/v1/presets/story?project_id={project_id}", json=preset)
    listed = (await platform.get("/v1/presets", project_id=project_id))["data"]
    assert [answer.json()] == [each for each in listed if each["name"] == "story"]
    video_id = await platform.video(project_id)
    await platform.post("/v1/captions", {"video_id": video_id, "language": "en", "content": SRT})
    burned = await platform.ends(await platform.submit("burn", video_id, style={"preset": "story"}))
    assert ("completed", "Story Sans") == (burned["status"], burned["output_data"]["font"]), burned
    await the_font_can_go(platform)


async def the_font_can_go(platform: Platform) -> None:
    own = [font for font in (await platform.get("/v1/fonts"))["data"] if font["family"] == "Story Sans"]
    assert "Story Sans Regular is removed" in kinolog(platform, "fonts", "remove", own[0]["id"])
    assert "Story Sans" not in kinolog(platform, "fonts", "list")
