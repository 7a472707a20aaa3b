"""What a style names must be there: its preset, and its font as far as the gateway knows the fonts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kinolog.common.aggregates import Setting
from kinolog.common.fonts import SETTING_OF_FONTS, FontList, families, is_drawable
from kinolog.common.presets import find_preset, look, missing_preset
from kinolog.common.style import CaptionStyle
from kinolog.gateway.controls import control_of, find_setting
from kinolog.gateway.desk import Desk
from kinolog.gateway.problems import invalid

_FIX: Final = (
    "upload it by POST /v1/fonts, set KINOLOG_RENDER_FONTS_DIR for the gateway too where render workers find it there"
)


@dataclass(frozen=True, slots=True)
class LookCheck:
    """`knows_all_fonts` is off where render workers have fonts of their own, whose names only they know."""

    desk: Desk
    knows_all_fonts: bool = True

    async def refuse_unknown(self, style: Mapping[str, Any], project_id: str | None, pointer: str) -> None:
        """`style` has the keys that somebody chose; `pointer` tells where it is. Raises the problem `validation`."""
        await self.refuse_unknown_font(style.get("fontName"), f"{pointer}/fontName")
        name = style.get("preset")
        if isinstance(name, str) and await self._preset(name, project_id) is None:
            raise invalid(f"{pointer}/preset", missing_preset(name))

    async def refuse_unknown_font(self, name: object, pointer: str) -> None:
        if not isinstance(name, str) or not self.knows_all_fonts:
            return
        uploaded = control_of(FontList, await find_setting(self.desk, SETTING_OF_FONTS)).fonts
        if not is_drawable(name, uploaded):
            raise invalid(pointer, f"there is no font {name}: {_FIX}, or use one of {', '.join(families(uploaded))}")

    async def whole(self, style: Mapping[str, Any], project_id: str | None) -> CaptionStyle:
        """The look that chosen keys make, with that of their preset. Raises Refused for a preset that is not there."""
        return await look([style], project_id, self._setting)

    async def _preset(self, name: str, project_id: str | None) -> Mapping[str, Any] | None:
        return await find_preset(name, project_id, self._setting)

    async def _setting(self, name: str) -> Setting | None:
        return await find_setting(self.desk, name)
