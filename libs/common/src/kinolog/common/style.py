"""How captions look when they are burned into a picture."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StrictBool, StringConstraints

from kinolog.common.fields import Request

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
FontName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")]
PresetName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Effect = Literal["none", "karaoke", "active_color", "active_scale", "one_word"]

REFERENCE_HEIGHT: Final = 288
"""libass's own default script height, which is what a bare `fontSize` has always been measured against."""


class CaptionStyle(Request):
    """Lengths are pixels on a picture `REFERENCE_HEIGHT` pixels high, so a look is the same at every resolution.

    `alignment` is the place on a numeric keypad: '2' is bottom centre. Colours are `#rrggbb`. `font_weight` is that of
    CSS: 400 is regular, 700 bold; a font that has nothing like it is thickened. `box` draws a plate behind the text in
    place of outline and shadow. `max_width_percent` is of the picture's width, `max_words` how many are shown at once.
    `preset` names a look that these keys build upon.

    Effects follow the words: `karaoke` sweeps `active_color` over each as it is said, `active_color` draws the one that
    is said in it, `active_scale` larger as well, `one_word` shows that one alone.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    font_size: Annotated[float, Field(alias="fontSize", strict=True, ge=4, le=120)] = 20
    font_name: Annotated[FontName, Field(alias="fontName")] = "Arial Black"
    font_weight: Annotated[int, Field(alias="fontWeight", strict=True, ge=100, le=900)] = 400
    primary_color: Annotated[Colour, Field(alias="primaryColor")] = "#ffff00"
    outline_color: Annotated[Colour, Field(alias="outlineColor")] = "#000000"
    outline_width: Annotated[float, Field(alias="outlineWidth", strict=True, ge=0, le=20)] = 1
    shadow_color: Annotated[Colour, Field(alias="shadowColor")] = "#000000"
    shadow_width: Annotated[float, Field(alias="shadowWidth", strict=True, ge=0, le=20)] = 0
    box: StrictBool = False
    box_color: Annotated[Colour, Field(alias="boxColor")] = "#000000"
    box_opacity_percent: Annotated[float, Field(alias="boxOpacityPercent", strict=True, ge=0, le=100)] = 75
    box_padding: Annotated[float, Field(alias="boxPadding", strict=True, ge=0, le=40)] = 4
    alignment: Annotated[str, StringConstraints(pattern=r"^[1-9]$")] = "2"
    margin_horizontal: Annotated[float, Field(alias="marginHorizontal", strict=True, ge=0, le=200)] = 10
    margin_vertical: Annotated[float, Field(alias="marginVertical", strict=True, ge=0, le=140)] = 10
    max_width_percent: Annotated[float, Field(alias="maxWidthPercent", strict=True, ge=10, le=100)] = 100
    upper_case: Annotated[StrictBool, Field(alias="upperCase")] = False
    effect: Effect = "none"
    active_color: Annotated[Colour, Field(alias="activeColor")] = "#ff4d4d"
    active_scale_percent: Annotated[float, Field(alias="activeScalePercent", strict=True, ge=100, le=200)] = 120
    max_words: Annotated[int | None, Field(alias="maxWords", strict=True, ge=1, le=50)] = None
    preset: PresetName | None = None

    def chosen(self) -> dict[str, Any]:
        """Only what somebody asked for: a default written out would hide what lies below."""
        return self.model_dump(exclude_unset=True)
