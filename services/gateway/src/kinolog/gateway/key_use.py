"""What a key was used for, where events do not tell: a change of many jobs shows in each of them alone.

A setting remembers it that nobody looks up by its name but a repetition of the request.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from kinolog.common.aggregates import SETTING
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.events import Event
from kinolog.common.events.setting import SettingChanged
from kinolog.gateway.command import Command
from kinolog.gateway.desk import Desk


class _Asked(BaseModel):
    """What one change of many jobs is told apart from another by."""

    filters: dict[str, str]
    fingerprint: str


async def bind_key(desk: Desk, command: Command, verb: str, filters: Mapping[str, str]) -> None:
    """Let the key stand for this change of the jobs that match.

    Raises the problem `idempotency-mismatch` where it stands for another one.
    """
    if command.key is None:
        return
    asked = _Asked(filters=dict(filters), fingerprint=command.fingerprint)
    name = f"{command.new_id('key')}.{verb}"

    async def make() -> Event:
        return SettingChanged(name=name, value={"filter": asked.filters})

    await desk.create(SETTING, command.about(asked), make, new_id=setting_id(name))
