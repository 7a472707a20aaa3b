"""The one folder that holds everything a local platform keeps: its log, blobs, tables, secrets and its lock."""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kinolog.cli.errors import BadSetting, FolderInUse


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Knows where things lie. Nothing else spells a path inside the folder."""

    root: Path

    @property
    def nats(self) -> Path:
        return self.root / "nats"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def blobs_url(self) -> str:
        return (self.root / "blobs").as_uri()

    @property
    def database_url(self) -> str:
        return f"sqlite+aiosqlite:///{self.root / 'catalog.db'}"

    @property
    def results(self) -> Path:
        return self.root / "results"

    @property
    def log(self) -> Path:
        return self.root / "platform.log"

    @property
    def url_file(self) -> Path:
        return self.root / "url"

    @property
    def log_created_file(self) -> Path:
        """Outside the store on purpose: it remembers the log even when somebody deletes the store."""
        return self.root / "log-created"

    @property
    def token_file(self) -> Path:
        return self.root / "token"

    @property
    def secrets_keys_file(self) -> Path:
        return self.root / "secrets-keys"

    def create(self) -> None:
        """Make the folder, readable by its owner alone. Raises BadSetting where that is impossible."""
        try:
            for folder in (self.root, self.nats, self.work, self.root / "blobs"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(f"the data folder {self.root} cannot be used: {error.strerror}") from error

    def token(self) -> str:
        """The bearer token of this folder, made at the first call."""
        if not self.token_file.exists():
            write_private(self.token_file, secrets.token_urlsafe(32))
        return self.token_file.read_text().strip()

    def secrets_keys(self) -> str:
        """The keys that seal secrets, the newest first, separated by commas; the first one made at the first call."""
        if not self.secrets_keys_file.exists():
            write_private(self.secrets_keys_file, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii"))
        return ",".join(self.secrets_keys_file.read_text().replace(",", " ").split())


@contextmanager
def locked(folder: DataFolder) -> Iterator[int]:
    """Hold the folder, and yield the lock's descriptor: whoever inherits it keeps the folder locked too.

    Raises FolderInUse when somebody else holds it.
    """
    with (folder.root / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise FolderInUse(
                f"the data folder {folder.root} is in use by another kinolog (process {holder}); "
                "stop that one or choose another folder with --data-dir"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield lock.fileno()


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step; only its owner may ever read it."""
    scratch = path.with_name(f".{path.name}.new")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    scratch.replace(path)
