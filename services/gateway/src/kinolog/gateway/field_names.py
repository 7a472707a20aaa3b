"""What to say to whoever misspelt a name: the one that was meant, or those that there are."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

_UNKNOWN: Final = "there is no such field"


def body_model(request: Request) -> type[BaseModel] | None:
    """What the body of a request is to be, where that is a single model."""
    route = request.scope.get("route")
    field = route.body_field if isinstance(route, APIRoute) else None
    model = field.field_info.annotation if field is not None else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def unknown_field(name: str, model: type[BaseModel] | None) -> str:
    """Why a field was refused, and what to do: `model` is that of the object which it was found in, where known."""
    if model is None:
        return f"{_UNKNOWN}: remove it"
    return f"{_UNKNOWN}: {meant_instead(name, _names_of(model))}"


def meant_instead(name: str, names: Sequence[str]) -> str:
    """What to do about a name that is none of these."""
    if not names:
        return "remove it, there is nothing to choose here"
    if close := get_close_matches(name, names, n=1):
        return f"did you mean {close[0]}?"
    return f"remove it, there are {', '.join(names)}"


def _names_of(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
