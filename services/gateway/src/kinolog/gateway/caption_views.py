"""How captions look to a caller, and what belongs to them: presets, fonts, what a search finds in them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from kinolog.common.aggregates import Caption
from kinolog.common.queries import Hit, Hits
from kinolog.gateway.views import Json, SetBy


class CaptionView(Caption):
    object: Literal["caption"] = "caption"
    sequence: int


class NewCaptionView(CaptionView):
    left_out: dict[str, int]
    encoding: str


class RevisionsView(BaseModel):
    """The texts that a caption has had, in order: `is_current` are those that are the same as what it shows now."""

    object: Literal["revisions"] = "revisions"
    id: str
    data: list[Json]


class CaptionDiffView(BaseModel):
    """For each difference the cue `before` and `after`, with its place in the list; null where there is none."""

    object: Literal["caption_diff"] = "caption_diff"
    id: str
    from_: int = Field(alias="from")
    to: int
    data: list[Json]


class HitView(Hit):
    object: Literal["hit"] = "hit"


class HitsView(Hits):
    object: Literal["list"] = "list"
    data: list[HitView]  # type: ignore[assignment]  # It is read only.


class PresetView(SetBy):
    """`style` has the keys that the preset gives. `sequence` is what `If-Match` takes, null for what ships; `shadows`
    is what the name would stand for without this preset.
    """

    object: Literal["preset"] = "preset"
    name: str
    style: Json
    origin: Literal["shipped", "global", "project"]
    project_id: str | None
    sequence: int | None
    shadows: Literal["shipped", "global"] | None
    is_deleted: bool


class FontView(BaseModel):
    """What a style may name. A stand-in is `drawn_as` another family; what is only known of uploaded fonts is null for
    others.
    """

    object: Literal["font"] = "font"
    origin: Literal["shipped", "stand_in", "uploaded"]
    family: str
    id: str | None
    style: str | None
    weight: int | None
    is_italic: bool | None
    character_count: int | None
    size_bytes: int | None
    sha256: str | None
    licence: str | None
    drawn_as: str | None
    created_at: datetime | None
    created_by: str | None
    is_deleted: bool


def hits_view(hits: Hits) -> Json:
    answer = hits.model_dump(mode="json")
    return {"object": "list", **answer, "data": [{"object": "hit", **hit} for hit in answer["data"]]}
