"""Fonts that people add: how they are checked, what the list of them may become, and how they look to a caller."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from kinolog.common.events import BlobRef
from kinolog.common.fonts import ID_PREFIX, SHIPPED_FONTS, STAND_INS, FontFace, FontList, UploadedFont
from kinolog.common.ids import derived_id
from kinolog.gateway.problems import FieldError, Problem, not_found
from kinolog.gateway.views import Json

_BLANK: Final[Json] = dict.fromkeys(
    (
        *("id", "style", "weight", "is_italic", "character_count", "size_bytes", "sha256"),
        *("licence", "drawn_as", "created_at", "created_by"),
    )
)


class FontChecker(Protocol):
    @property
    def can_check(self) -> bool:
        """Whether this machine has what it takes."""
        ...

    async def check(self, file: Path, ready: Path, workdir: Path, family: str | None) -> FontFace:
        """Write what is safe of a stranger's font to `ready`, under the family's name if one is given.

        All paths are absolute. The same file comes to the same bytes. Raises PermanentError for what is no font that
        can be drawn.
        """
        ...


def uploaded(face: FontFace, content: BlobRef, at: datetime, by: str) -> UploadedFont:
    font_id = derived_id(ID_PREFIX, content.sha256)
    return UploadedFont(**face.model_dump(), id=font_id, content=content, added_at=at, added_by=by)


def with_font(fonts: FontList, font: UploadedFont, most: int) -> FontList:
    """The list with the font in it, which may be so already. Raises the problem `conflict`."""
    if any(each.id == font.id for each in fonts.fonts):
        return fonts
    for each in fonts.fonts:
        if each.is_same_face(font):
            raise _conflict(f"{face_name(font)} is there already, as {each.id}: delete that, or give another ?family=")
    if len(fonts.fonts) >= most:
        raise _conflict(f"there are {most} fonts already: delete one that nobody needs")
    return FontList(fonts=(*fonts.fonts, font))


def without_font(fonts: FontList, font_id: str) -> FontList:
    """Raises the problem `not-found`."""
    found = font_of(fonts, font_id)
    return FontList(fonts=tuple(each for each in fonts.fonts if each is not found))


def font_of(fonts: FontList, font_id: str) -> UploadedFont:
    """Raises the problem `not-found`."""
    for font in fonts.fonts:
        if font.id == font_id:
            return font
    raise not_found("font", font_id)


def refuse_shipped(face: FontFace) -> None:
    """Raises the problem `conflict`: a look must not change for everybody because somebody added a font."""
    if face.family.casefold() in {family.casefold() for family in SHIPPED_FONTS}:
        raise _conflict(f"{face.family} comes with Kinolog: give the font another name by ?family=")


def face_name(face: FontFace) -> str:
    return f"{face.family} {face.weight}{' italic' if face.is_italic else ''}"


def list_fonts(fonts: FontList) -> list[Json]:
    """All that a style may name, by family: what ships, what stands in for others, what was uploaded."""
    own = {font.family.casefold() for font in fonts.fonts}
    shipped = [_view("shipped", family, licence=licence) for family, licence in SHIPPED_FONTS.items()]
    stand_ins = [
        _view("stand_in", name, licence=SHIPPED_FONTS[family], drawn_as=family)
        for name, family in STAND_INS.items()
        if name.casefold() not in own
    ]
    found = [*shipped, *stand_ins, *(font_view(font) for font in fonts.fonts)]
    return sorted(found, key=lambda each: (each["family"].casefold(), each["weight"] or 0, bool(each["is_italic"])))


def font_view(font: UploadedFont, *, is_deleted: bool = False) -> Json:
    known = font.model_dump(include={"id", "style", "weight", "is_italic", "character_count"})
    stored = {"size_bytes": font.content.size_bytes, "sha256": font.content.sha256}
    added = {"created_at": font.added_at.isoformat(), "created_by": font.added_by, "is_deleted": is_deleted}
    return _view("uploaded", font.family, **known, **stored, **added)


def _view(origin: str, family: str, **known: Any) -> Json:
    return {"object": "font", "origin": origin, "family": family, **_BLANK, "is_deleted": False, **known}


def _conflict(detail: str) -> Problem:
    return Problem("conflict", detail, errors=[FieldError("/file", detail)])
