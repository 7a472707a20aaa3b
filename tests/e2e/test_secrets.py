"""What is entrusted to the platform is nowhere to be read: in its log, blobs, tables, lines or traces."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from harness.platform import TOKEN, Running, connected, started

CANARY = "canary9e41c7"
COOKIES = f".example.org\tTRUE\t/\tTRUE\t0\tsession\t{CANARY}\n"
# That the search finds anything at all.
SEEN = "visible2b77d0"
TELLING = {"OTEL_TRACES_EXPORTER": "console", "KINOLOG_LOG_LEVEL": "debug"}


def kinolog(running: Running, *arguments: str) -> str:
    settings = {"KINOLOG_DATA_DIR": str(running.folder), "KINOLOG_TOKEN": TOKEN}
    command = (sys.executable, "-m", "kinolog.cli", *arguments)
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def files_with(word: str, running: Running) -> set[str]:
    files = [running.log, *(file for file in running.folder.rglob("*") if stat.S_ISREG(file.lstat().st_mode))]
    return {file.name for file in files if word.encode() in file.read_bytes()}


async def test_a_secret_is_nowhere_to_be_read(tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(COOKIES)
    with started(tmp_path / "data", environment=TELLING) as running:
        shown = kinolog(running, "secrets", "set", "site", str(cookies), "--reason", SEEN)
        shown += kinolog(running, "secrets", "list")
        async with connected(running) as platform:
            for value in (f"{COOKIES}broken\t{CANARY}", f'["{CANARY}"]'):
                answer = await platform.client.put("/v1/secrets/site", json={"kind": "cookies", "value": value})
                shown += answer.text
            for path in ("/v1/secrets", "/v1/events", "/v1/stats"):
                shown += str(await platform.get(path))
        shown += kinolog(running, "secrets", "remove", "site")
    assert (True, False) == (SEEN in shown, CANARY in shown)
    assert set() == files_with(CANARY, running)
    assert files_with(SEEN, running)
