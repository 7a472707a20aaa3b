"""What a local platform consists of: which services, how many of each, in which order, with which environment."""

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kinolog.cli.data_folder import DataFolder
from kinolog.cli.errors import BadSetting
from kinolog.cli.nats_server import NatsAccess
from kinolog.cli.process import Command

# Ready from left to right; stopped from right to left.
STAGES: Final = (("catalog",), ("ingest", "transcribe", "render"), ("gateway",))
# The catalog owns its database and the gateway its port: only these may run more than once.
WORKERS: Final = STAGES[1]
# The gateway seals them, ingest opens them.
KEEPERS_OF_SECRETS: Final = ("gateway", "ingest")
MOST_REPLICAS: Final = 64

Replicas = Mapping[str, int]


def parse_replicas(options: Iterable[str]) -> Replicas:
    """`["render=2"]` means two render workers and one of everything else. Raises BadSetting."""
    replicas = dict.fromkeys(WORKERS, 1)
    for option in options:
        match = re.fullmatch(r"([a-z]+)=([0-9]{1,3})", option)
        if not match or match[1] not in WORKERS or not 1 <= int(match[2]) <= MOST_REPLICAS:
            raise BadSetting(
                f"--replicas {option}: write SERVICE=COUNT, where SERVICE is one of {', '.join(WORKERS)} "
                f"and COUNT is 1 to {MOST_REPLICAS}"
            )
        replicas[match[1]] = int(match[2])
    return replicas


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is known before the first process starts."""

    folder: DataFolder
    port: int
    token: str = field(repr=False)
    secrets_keys: str = field(default="", repr=False)
    replicas: Replicas
    extra_environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, service: str) -> int:
        return self.replicas.get(service, 1)

    def names(self, service: str) -> list[str]:
        """`render`, or `render-1` and `render-2` where there are two."""
        count = self.count(service)
        return [service] if count == 1 else [f"{service}-{number}" for number in range(1, count + 1)]

    def all_names(self) -> list[str]:
        return [name for stage in STAGES for service in stage for name in self.names(service)]

    def commands(self, service: str, nats: NatsAccess) -> list[Command]:
        return [
            Command(
                name=name,
                arguments=(sys.executable, "-m", f"kinolog.{service}"),
                environment=self._environment(nats) | self._keys_for(service),
                folder=self.folder.root,
            )
            for name in self.names(service)
        ]

    def _keys_for(self, service: str) -> dict[str, str]:
        """Empty for the others, even where the user has set them for all."""
        return {"KINOLOG_SECRETS_KEYS": self.secrets_keys if service in KEEPERS_OF_SECRETS else ""}

    def _environment(self, nats: NatsAccess) -> dict[str, str]:
        """What the user has set stays; what makes the parts find each other is ours."""
        defaults = {
            "KINOLOG_BLOBS_URL": self.folder.blobs_url,
            "KINOLOG_DATABASE_URL": self.folder.database_url,
            "KINOLOG_LOG_FORMAT": "console",
            "PYTHONUNBUFFERED": "1",
            # Lines get their colour from the supervisor, which shows escape sequences written out.
            "NO_COLOR": "1",
        }
        ours = {
            "KINOLOG_WORK_DIR": str(self.folder.work),
            "KINOLOG_HOST": "127.0.0.1",
            "KINOLOG_PORT": str(self.port),
            "KINOLOG_TOKEN": self.token,
        }
        return defaults | dict(os.environ) | dict(self.extra_environment) | ours | nats.environment()
