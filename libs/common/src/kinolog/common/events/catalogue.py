"""The page of all events, made from their classes: `python -m kinolog.common.events.catalogue > docs/events.md`."""

import inspect
import sys
import types
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from kinolog.common.events import Event
from kinolog.common.events.base import event_classes

_HEAD: Final = """\
# Events

Every fact the log can hold, made from the event classes by `./dev docs`. The subject of an event is
`evt.<aggregate>.<id>.<version>.<event>`; what a worker appends ends with its service, and `queued` ends with its queue
and lane. The body is JSON with these fields; the envelope (CloudEvents 1.0) rides in the headers.
"""


def markdown() -> str:
    published = sorted((cls for cls in event_classes().values() if _is_ours(cls)), key=lambda cls: cls.event_type)
    parts = [_HEAD]
    for aggregate, classes in groupby(published, key=lambda cls: cls.event_type.partition(".")[0]):
        parts += [f"## {aggregate}\n", *(_section(cls) for cls in classes)]
    return "\n".join(parts)


def _is_ours(cls: type[Event]) -> bool:
    return cls.__module__.startswith("kinolog.")


def _section(cls: type[Event]) -> str:
    own_words = inspect.cleandoc(cls.__doc__) + "\n\n" if cls.__doc__ and cls.__doc__ != Event.__doc__ else ""
    rows = "".join(_rows(cls))
    table = f"| field | type | default |\n|---|---|---|\n{rows}" if rows else "No fields.\n"
    return f"### `{cls.event_type}` (version {cls.data_version})\n\n{own_words}{table}"


def _rows(cls: type[Event]) -> Iterator[str]:
    for name, field in cls.model_fields.items():
        default = "required" if field.is_required() else f"`{_default(field)}`"
        yield f"| `{name}` | {_type_name(field.annotation)} | {default} |\n"


def _default(field: FieldInfo) -> Any:
    value = field.get_default(call_default_factory=True, validated_data={})
    return value.value if hasattr(value, "value") else value


def _type_name(annotation: Any) -> str:
    if annotation is type(None):
        return "null"
    if get_origin(annotation) in (Union, types.UnionType):
        return " or ".join(_type_name(part) for part in get_args(annotation))
    if get_origin(annotation) is tuple:
        return f"list of {_type_name(get_args(annotation)[0])}"
    return getattr(get_origin(annotation) or annotation, "__name__", str(annotation))


if __name__ == "__main__":
    sys.stdout.write(markdown())
