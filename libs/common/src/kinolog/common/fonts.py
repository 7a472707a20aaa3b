"""Fonts by name, as all services know them: those that ship, those that stand in for others, those people upload.

The uploaded ones are listed in the setting `fonts`; their files are blobs.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.aggregates import Setting
from kinolog.common.controls import Control
from kinolog.common.events import BlobRef
from kinolog.common.style import FontName

SETTING_OF_FONTS: Final = "fonts"
ID_PREFIX: Final = "fnt"

SHIPPED_FONTS: Final[Mapping[str, str]] = MappingProxyType(
    {"Archivo Black": "OFL-1.1", "Arimo": "OFL-1.1", "Anton": "OFL-1.1", "Noto Sans": "OFL-1.1"}
)
"""The families that come with Kinolog, each with its licence."""

STAND_INS: Final[Mapping[str, str]] = MappingProxyType(
    {"Arial": "Arimo", "Arial Black": "Archivo Black", "Helvetica": "Arimo", "Impact": "Anton"}
)
"""Families that are not free to ship, each with one that is and has like shapes and widths."""


class FontFace(BaseModel):
    """What a font file says about itself. `weight` is that of CSS: 400 is regular, 700 bold."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    family: FontName
    style: Annotated[str, Field(max_length=64)]
    weight: int
    is_italic: bool
    character_count: int

    def is_same_face(self, other: "FontFace") -> bool:
        """Whether nobody could say which of the two is meant."""
        return self._key == other._key

    @property
    def _key(self) -> tuple[str, int, bool]:
        return self.family.casefold(), self.weight, self.is_italic


class UploadedFont(FontFace):
    """`content` is the file as it was made safe, and the id follows from that."""

    id: str
    content: BlobRef
    added_at: datetime
    added_by: str


class FontList(Control):
    """The value of the setting `fonts`, in the order in which they were added."""

    fonts: tuple[UploadedFont, ...] = ()


def uploaded_fonts(setting: Setting | None) -> tuple[UploadedFont, ...]:
    """What the setting `fonts` lists, if anything was ever added."""
    return () if setting is None or setting.value is None else FontList.model_validate(setting.value).fonts


def families(uploaded: Iterable[FontFace]) -> list[str]:
    """The families that can be drawn everywhere, sorted."""
    return sorted({*SHIPPED_FONTS, *(font.family for font in uploaded)})


def is_drawable(name: str, uploaded: Iterable[FontFace]) -> bool:
    """Whether there is a family of that name, or one that stands in for it."""
    return name.casefold() in {known.casefold() for known in (*families(uploaded), *STAND_INS)}
