"""What may happen to a setting next: pure functions that return the event, or none where nothing would change."""

from typing import Any

from kinolog.common.aggregates.setting import Setting
from kinolog.common.events import Event
from kinolog.common.events.setting import SettingChanged, SettingCleared


def change_setting(
    setting: Setting | None, name: str, value: dict[str, Any], *, default: dict[str, Any], reason: str | None = None
) -> list[Event]:
    """`default` is what holds while nothing is set."""
    present = default if setting is None or setting.value is None else setting.value
    return [] if present == value else [SettingChanged(name=name, value=value, reason=reason)]


def clear_setting(setting: Setting | None, *, reason: str | None = None) -> list[Event]:
    return [] if setting is None or setting.value is None else [SettingCleared(reason=reason)]
