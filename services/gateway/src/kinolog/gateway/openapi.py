"""The interface's description at `/openapi.json`: FastAPI's own, with our problems and how to get in."""

from typing import Any, Final

from fastapi import FastAPI

from kinolog.gateway.problems import MEDIA_TYPE, STATUS_AND_TITLE

_TEXT: Final = {"type": "string"}
_PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457. `errors` names each field at fault and the fix.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "enum": sorted(STATUS_AND_TITLE)},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": _TEXT,
        "request_id": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": _TEXT, "detail": _TEXT},
            },
        },
    },
}
_PROBLEM: Final = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}

PROBLEM_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"description": "The request is at fault; the problem names the field and the fix.", **_PROBLEM},
    "5XX": {"description": "The request may be repeated, with the same `Idempotency-Key`.", **_PROBLEM},
}


class DescribedApp(FastAPI):
    def openapi(self) -> dict[str, Any]:
        description = super().openapi()
        components = description.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        description["security"] = [{"token": []}]
        return description
