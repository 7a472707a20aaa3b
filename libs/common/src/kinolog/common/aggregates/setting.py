"""A setting: what people set while the platform runs. Its id follows from its name: no table is needed to find it."""

from datetime import datetime
from typing import Any

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.events import RecordedEvent
from kinolog.common.events.setting import SettingChanged, SettingCleared
from kinolog.common.ids import derived_id


class Setting(State):
    """`value` is None once the setting was cleared: then the default holds."""

    name: str
    value: dict[str, Any] | None
    reason: str | None = None
    changed_by: str
    created_at: datetime
    updated_at: datetime


def evolve(state: Setting | None, recorded: RecordedEvent) -> Setting | None:
    event, at, actor = recorded.event, recorded.occurred_at, recorded.metadata.actor
    match event:
        case SettingChanged() if state is None:
            return Setting(id=recorded.subject.id, **event.model_dump(), changed_by=actor, created_at=at, updated_at=at)
        case SettingChanged() if state is not None:
            return state.model_copy(update={**event.model_dump(), "changed_by": actor, "updated_at": at})
        case SettingCleared() if state is not None:
            return state.model_copy(
                update={"value": None, "reason": event.reason, "changed_by": actor, "updated_at": at}
            )
    return state


SETTING = Aggregate("setting", "set", evolve)


def setting_id(name: str) -> str:
    return derived_id(SETTING.id_prefix, name)
