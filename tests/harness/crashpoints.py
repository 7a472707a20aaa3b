"""The crash points of the code, found by reading it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from harness.platform import ROOT


def crash_points() -> list[str]:
    """The name of every `crashpoint("…")` in the code, sorted."""
    sources = [path for folder in ("libs", "services") for path in (ROOT / folder).rglob("src/**/*.py")]
    return sorted({name for path in sources for name in _names_in(path)})


def _names_in(path: Path) -> Iterator[str]:
    text = path.read_text()
    if "crashpoint(" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "crashpoint":
            name = node.args[0]
            assert isinstance(name, ast.Constant), f"{path}: a crash point is named by a plain word"
            yield str(name.value)
