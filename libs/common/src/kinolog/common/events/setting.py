"""What people set while the platform runs: a paused queue, a project's share, a draining worker."""

from typing import Any

from kinolog.common.events.base import Event


class SettingChanged(Event, type="setting.changed"):
    """`name` says what is set, e.g. `queue.render`; `value` is all of it, not only what changed."""

    name: str
    value: dict[str, Any]
    reason: str | None = None


class SettingCleared(Event, type="setting.cleared"):
    """Back to the default."""

    reason: str | None = None
