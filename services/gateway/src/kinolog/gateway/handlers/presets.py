"""Presets of captions: looks with a name. Those that ship are there always; people add their own, or take their place.

One that is stored for a project goes before that of all projects, and both before the shipped one of the same name.
"""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse

from kinolog.common.aggregates import SETTING, Setting
from kinolog.common.aggregates.base import Loaded
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.aggregates.setting_decisions import change_setting
from kinolog.common.events import Event
from kinolog.common.fields import Request, Title
from kinolog.common.presets import OF_PRESETS, SHIPPED, preset_of, preset_setting
from kinolog.common.style import CaptionStyle, PresetName
from kinolog.gateway.caption_views import PresetView
from kinolog.gateway.controls import clear_control, list_settings
from kinolog.gateway.naming import live_project
from kinolog.gateway.params import Edit, Gateway, Here, QueryReason
from kinolog.gateway.problems import Problem, invalid, not_found
from kinolog.gateway.views import Json, ListView, answer_done, etag, list_view

router = APIRouter(prefix="/v1/presets", tags=["presets"])

NamePath = Annotated[PresetName, Path(description="Lower case letters, digits and hyphens.")]
MaybeProject = Annotated[str | None, Query(max_length=60, description="The project it is for; all without it.")]
Origin = Literal["shipped", "global", "project"]

_UNSET: Final = dict.fromkeys(("changed_by", "changed_at", "reason"))


class NewPreset(Request):
    style: CaptionStyle
    reason: Title | None = None


@router.get("", operation_id="presets_list", response_model=ListView)
async def list_presets(here: Here, project_id: MaybeProject = None) -> JSONResponse:
    """Those that hold in the project, or where no project has a say: one for each name, by name."""
    await _check_project(here, project_id)
    rows, seq = await list_settings(here.desk, here.catalog, OF_PRESETS)
    held: dict[str, Json] = {name: _shipped_view(name) for name in SHIPPED}
    for owner in (None, project_id) if project_id else (None,):
        for row in rows:
            if (name := preset_of(row["name"], owner)) is not None:
                held[name] = _stored_view(name, owner, row, row["sequence"], held.get(name))
    return list_view([held[name] for name in sorted(held)], next_cursor=None, has_more=False, seq=seq)


@router.get("/{name}", operation_id="presets_read", response_model=PresetView)
async def read_preset(name: NamePath, here: Here, project_id: MaybeProject = None) -> JSONResponse:
    await _check_project(here, project_id)
    found = await _held(here, name, project_id)
    if found is None:
        raise not_found("preset", name)
    headers = {} if found["sequence"] is None else {"ETag": etag(found["sequence"])}
    return JSONResponse(found, headers=headers)


@router.put("/{name}", operation_id="presets_set", response_model=PresetView)
async def set_preset(
    name: NamePath, body: NewPreset, here: Here, command: Edit, project_id: MaybeProject = None
) -> JSONResponse:
    """A name of a shipped preset may be taken: `shadows` tells so, and DELETE brings that one back."""
    await _check_project(here, project_id)
    value = await _checked(here, body.style, project_id)
    kept_as = preset_setting(name, project_id)

    def decide(setting: Setting | None) -> list[Event]:
        return change_setting(setting, kept_as, value, default={}, reason=body.reason)

    done = await here.desk.put(SETTING, setting_id(kept_as), command, "preset", decide)
    return answer_done(done, body=await _after(here, name, project_id, done.loaded))


@router.delete("/{name}", operation_id="presets_delete", response_model=PresetView)
async def delete_preset(
    name: NamePath, here: Here, command: Edit, project_id: MaybeProject = None, reason: QueryReason = None
) -> JSONResponse:
    """Jobs and captions that name it have the one below from now on; where there is none, jobs fail and say so."""
    await _check_project(here, project_id)
    kept_as = preset_setting(name, project_id)
    before = await here.desk.find(SETTING, setting_id(kept_as))
    if before.state is None or before.state.value is None:
        raise _not_stored(name)
    gone = await _after(here, name, project_id, before)
    done = await clear_control(here.desk, command, kept_as, reason)
    return answer_done(
        done, body={**gone, **_changed(done.loaded.require().model_dump(mode="json")), "is_deleted": True}
    )


async def _check_project(here: Gateway, project_id: str | None) -> None:
    if project_id is not None:
        await live_project(here.desk, project_id, "?project_id")


async def _checked(here: Gateway, style: CaptionStyle, project_id: str | None) -> Json:
    """Its keys, as they are kept. Raises the problem `validation`."""
    keys = style.chosen()
    if not keys:
        raise invalid("/style", "give one key at least, such as fontSize")
    if style.preset is not None:
        raise invalid("/style/preset", "a preset cannot build upon another: write its keys out")
    await here.looks.refuse_unknown(keys, project_id, "/style")
    return keys


async def _held(here: Gateway, name: str, project_id: str | None) -> Json | None:
    """The one that a style gets by this name."""
    found = _shipped_view(name) if name in SHIPPED else None
    for owner in (None, project_id) if project_id else (None,):
        loaded = await here.desk.find(SETTING, setting_id(preset_setting(name, owner)))
        if loaded.state is not None and loaded.state.value is not None:
            row = loaded.state.model_dump(mode="json")
            found = _stored_view(name, owner, row, loaded.sequence, found)
    return found


async def _after(here: Gateway, name: str, project_id: str | None, loaded: Loaded[Setting]) -> Json:
    below = await _held(here, name, None) if project_id else _shipped_view(name) if name in SHIPPED else None
    return _stored_view(name, project_id, loaded.require().model_dump(mode="json"), loaded.sequence, below)


def _not_stored(name: str) -> Problem:
    if name in SHIPPED:
        return Problem("conflict", f"{name} comes with Kinolog as it is here: there is nothing to delete")
    return not_found("preset", name)


def _shipped_view(name: str) -> Json:
    return _view(name, dict(SHIPPED[name]), "shipped", None, None) | {"shadows": None, **_UNSET}


def _stored_view(name: str, owner: str | None, row: Json, sequence: int, below: Json | None) -> Json:
    """`below` is what the name stands for without it."""
    shown = _view(name, row["value"], "project" if owner else "global", owner, sequence)
    return shown | {"shadows": below["origin"] if below else None, **_changed(row)}


def _changed(row: Json) -> Json:
    return {"changed_by": row["changed_by"], "changed_at": row["updated_at"], "reason": row["reason"]}


def _view(name: str, style: Json, origin: Origin, owner: str | None, sequence: int | None) -> Json:
    known = {"style": style, "origin": origin, "project_id": owner, "sequence": sequence}
    return {"object": "preset", "name": name, **known, "is_deleted": False}
