"""How captions look when they are burned into a picture."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field, StringConstraints

from kinolog.common.fields import Request

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
FontName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")]


class CaptionStyle(Request):
    """`font_size` is pixels on a picture `REFERENCE_HEIGHT` pixels high, so a look is the same at every resolution.

    `alignment` is the place on a numeric keypad: '2' is bottom centre. Colours are `#rrggbb`.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    font_size: Annotated[float, Field(alias="fontSize", ge=4, le=120)] = 20
    font_name: Annotated[FontName, Field(alias="fontName")] = "Arial Black"
    primary_color: Annotated[Colour, Field(alias="primaryColor")] = "#ffff00"
    outline_color: Annotated[Colour, Field(alias="outlineColor")] = "#000000"
    alignment: Annotated[str, StringConstraints(pattern=r"^[1-9]$")] = "2"


REFERENCE_HEIGHT: Final = 288
"""libass's own default script height, which is what a bare `fontSize` has always been measured against."""
