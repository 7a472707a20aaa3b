"""The import contracts are worth something only if breaking them turns the check red: plant one violation of each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of all source trees that a test may spoil."""
    for source in [*ROOT.glob("libs/*/src"), *ROOT.glob("services/*/src")]:
        shutil.copytree(source, tmp_path / source.relative_to(ROOT), ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    sources = os.pathsep.join(str(source) for source in sorted(tree.glob("*/*/src")))
    command = [str(LINT_IMPORTS), "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(
        command, cwd=tree, env={**os.environ, "PYTHONPATH": sources}, capture_output=True, text=True, check=False
    )


def plant(tree: Path, module: str, statement: str) -> None:
    with (tree / module).open("a") as source:
        source.write(f"\n{statement}\n")


def test_the_tree_as_it_is_keeps_the_contracts(tree: Path) -> None:
    result = lint(tree)

    assert 0 == result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "statement", "broken"),
    [
        ("services/render/src/kinolog/render/__init__.py", "import kinolog.ingest", "meet only in common"),
        ("libs/common/src/kinolog/common/__init__.py", "import kinolog.catalog", "common knows none of them"),
        ("libs/cli/src/kinolog/cli/__init__.py", "import kinolog.gateway", "meet only in common"),
        ("services/render/src/kinolog/render/domain.py", "import kinolog.render.wiring", "dependencies point one way"),
        ("libs/common/src/kinolog/common/events/__init__.py", "import nats", "Events and aggregates are pure"),
    ],
)
def test_a_planted_violation_turns_the_check_red(tree: Path, module: str, statement: str, broken: str) -> None:
    plant(tree, "services/render/src/kinolog/render/wiring.py", "")
    plant(tree, module, statement)

    result = lint(tree)

    assert 1 == result.returncode, result.stdout + result.stderr
    assert any(broken in line and line.endswith("BROKEN") for line in result.stdout.splitlines()), result.stdout
