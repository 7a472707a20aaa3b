"""Presets: looks of captions with a name. Some come with Kinolog, others are settings, of all projects or of one.

A style is made of layers, such as that of a caption and that of a burn. Each may name a preset, which lies below what
the layer itself says.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from kinolog.common.aggregates import Setting
from kinolog.common.errors import Refused
from kinolog.common.style import CaptionStyle

LoadSetting = Callable[[str], Awaitable[Setting | None]]

OF_PRESETS: Final = "caption-preset."
"""What the names of all settings that hold a preset have in them."""

_FRAMED: Final = {"primaryColor": "#ffffff", "marginHorizontal": 12, "marginVertical": 16, "maxWidthPercent": 90}
_HEAVY: Final = {**_FRAMED, "fontName": "Archivo Black", "outlineWidth": 1.8, "shadowWidth": 0.8}
_POSTER: Final = {**_FRAMED, "fontName": "Anton", "outlineWidth": 2.4, "shadowWidth": 1.2}
_WORDS: Final = {**_HEAVY, "fontSize": 23, "maxWords": 8, "activeColor": "#ffd400"}

SHIPPED: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "plain": {
            **_FRAMED,
            "fontName": "Arimo",
            "fontWeight": 600,
            "fontSize": 21,
            "outlineWidth": 1.4,
            "shadowWidth": 0.6,
        },
        "box": {
            **_FRAMED,
            "fontName": "Arimo",
            "fontWeight": 500,
            "fontSize": 20,
            "box": True,
            "boxOpacityPercent": 72,
            "boxPadding": 6,
        },
        "karaoke": {**_WORDS, "effect": "karaoke"},
        "active-color": {**_WORDS, "effect": "active_color"},
        "active-scale": {**_WORDS, "fontSize": 26, "maxWords": 5, "effect": "active_scale", "activeScalePercent": 118},
        "one-word": {**_POSTER, "fontSize": 56, "effect": "one_word", "alignment": "5"},
        "bold-upper": {**_POSTER, "fontSize": 40, "upperCase": True, "maxWords": 4, "marginVertical": 24},
    }
)


def preset_setting(name: str, project_id: str | None = None) -> str:
    """The setting that holds a preset of all projects, or of one."""
    return f"{OF_PRESETS}{name}" if project_id is None else f"project.{project_id}.{OF_PRESETS}{name}"


def preset_of(setting: str, project_id: str | None = None) -> str | None:
    """The name of the preset that a setting holds for all projects, or for this one; None where it holds no such."""
    prefix = preset_setting("", project_id)
    return setting.removeprefix(prefix) if setting.startswith(prefix) else None


async def look(layers: Sequence[Mapping[str, Any]], project_id: str | None, load_setting: LoadSetting) -> CaptionStyle:
    """The style that the layers make, later ones above earlier ones. Raises Refused for a preset that is not there."""
    keys: dict[str, Any] = {}
    for layer in layers:
        keys |= {**await _preset(layer.get("preset"), project_id, load_setting), **layer}
    return CaptionStyle.model_validate(keys)


async def find_preset(name: str, project_id: str | None, load_setting: LoadSetting) -> Mapping[str, Any] | None:
    """The project's own goes before that of all, and both before the shipped one; None where there is none."""
    for owner in (project_id, None) if project_id else (None,):
        setting = await load_setting(preset_setting(name, owner))
        if setting is not None and setting.value is not None:
            return setting.value
    return SHIPPED.get(name)


def missing_preset(name: str) -> str:
    """What to tell whoever names a preset that is not there."""
    return f"there is no preset {name}: store it by PUT /v1/presets/{name}, or use one of {', '.join(SHIPPED)}"


async def _preset(name: str | None, project_id: str | None, load_setting: LoadSetting) -> Mapping[str, Any]:
    if name is None:
        return {}
    found = await find_preset(name, project_id, load_setting)
    if found is None:
        raise Refused("validation", missing_preset(name), field="style.preset")
    return found
