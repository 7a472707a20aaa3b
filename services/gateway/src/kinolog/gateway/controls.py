"""What people set while the platform runs, as the desk changes it and as callers see it: who, when and why."""

from typing import Any

from kinolog.common.aggregates import SETTING, Setting
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.aggregates.setting_decisions import change_setting, clear_setting
from kinolog.common.controls import C, Control
from kinolog.common.queries import LONGEST_PAGE, ListQuery
from kinolog.gateway.command import Command
from kinolog.gateway.desk import Desk, Done
from kinolog.gateway.listing import Catalog
from kinolog.gateway.views import Json


async def set_control(
    desk: Desk, command: Command, verb: str, name: str, control: Control, reason: str | None
) -> Done[Setting]:
    """Setting what is set already changes nothing."""
    value, default = control.model_dump(mode="json"), type(control)().model_dump(mode="json")

    def decide(setting: Setting | None) -> Any:
        return change_setting(setting, name, value, default=default, reason=reason)

    return await desk.put(SETTING, setting_id(name), command, verb, decide)


async def clear_control(desk: Desk, command: Command, name: str, reason: str | None) -> Done[Setting]:
    def decide(setting: Setting | None) -> Any:
        return clear_setting(setting, reason=reason)

    return await desk.put(SETTING, setting_id(name), command, "clear", decide)


async def find_setting(desk: Desk, name: str) -> Setting | None:
    """What was last set under the name, if anything ever was."""
    return (await desk.find(SETTING, setting_id(name))).state


async def list_settings(desk: Desk, catalog: Catalog, part: str) -> tuple[list[Json], int]:
    """The rows of all settings that hold something and have `part` in their name, by name, and the sequence that they
    are from.
    """
    rows: list[Json] = []
    query = ListQuery(q=part, sort="name", limit=LONGEST_PAGE, min_seq=desk.newest_sequence)
    while True:
        page = await catalog.page("settings", query)
        rows += [row for row in page.data if row["value"] is not None]
        if not page.has_more:
            return rows, page.seq
        query = query.model_copy(update={"cursor": page.next_cursor})


def control_of(control: type[C], setting: Setting | None) -> C:
    return control.model_validate(setting.value if setting is not None and setting.value is not None else {})


def control_view(control: type[Control], setting: Setting | None) -> Json:
    """The values that hold, and who set them; nobody while they are the defaults from the beginning."""
    values = control_of(control, setting).model_dump(mode="json")
    if setting is None:
        return {**values, "changed_by": None, "changed_at": None, "reason": None}
    changed_at = setting.updated_at.isoformat()
    return {**values, "changed_by": setting.changed_by, "changed_at": changed_at, "reason": setting.reason}
